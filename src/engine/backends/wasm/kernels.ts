/** Our kernels for the wasm backend: operations that the stock backend lacks, and faster forms of some that it has. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { combination, sum } from './arithmetic.ts';
import { attention, attentionGradient } from './attention.ts';
import { concat, identity, joined, pad, pieces, slice, split, tile } from './copies.ts';
import { adamW, columnSums, gelu, layerNorm, layerNormGradient } from './elementwise.ts';
import { fullFold, fullFoldGradient, lowRankFold, lowRankFoldGradient } from './fold.ts';
import type { Kernel } from './heap.ts';
import { heapOf } from './heap.ts';
import { linear, matMul } from './matmul.ts';

const kernels: Record<string, Kernel> = {
  BatchMatMul: matMul,
  Identity: identity,
  Slice: slice,
  SplitV: split,
  Concat: concat,
  PadV2: pad,
  Tile: tile,
  Add: combination('add'),
  Sub: combination('subtract'),
  Multiply: combination('multiply'),
  Sum: sum,
  Linear: linear,
  ColumnSums: columnSums,
  LayerNorm: layerNorm,
  LayerNormGradient: layerNormGradient,
  Attention: attention,
  AttentionGradient: attentionGradient,
  Gelu: gelu,
  AdamW: adamW,
  FullFold: fullFold,
  FullFoldGradient: fullFoldGradient,
  LowRankFold: lowRankFold,
  LowRankFoldGradient: lowRankFoldGradient,
  Pieces: pieces,
  Joined: joined,
};

/** Registers them on the wasm backend. Call once, when a build is chosen. */
export function registerKernels(): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const stock = tf.getKernel(kernelName, 'wasm');
    if (stock) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...stock,
      kernelName,
      backendName: 'wasm',
      kernelFunc(call) {
        const backend = call.backend as BackendWasm;
        const runStock = () => {
          if (!stock) throw new Error(`the wasm backend has no other kernel ${kernelName}`);
          return stock.kernelFunc(call);
        };
        return kernel({ inputs: call.inputs, attributes: call.attrs, backend, heap: heapOf(backend), stock: runStock });
      },
    });
  }
}
