/** Our kernels of backend "webgpu": in the place of tfjs' own, and for the operations of `ops`. */
import * as tf from '@tensorflow/tfjs-core';
import { attention, attentionGradient } from './attention.ts';
import { columnSums } from './column-sums.ts';
import { adamW, gelu } from './elementwise.ts';
import { foldColumnProducts, foldColumnsScaled, foldRowProducts, foldRowsScaled, foldRowsScaledSum } from './fold.ts';
import { layerNorm, layerNormGradient } from './layer-norm.ts';
import { concat, slice, split } from './moves.ts';
import { batchMatMul, linear } from './product.ts';
import { reduction, softmax } from './reduce.ts';
import type { KernelCall } from './stock.ts';
import { replaceKernel } from './stock.ts';

type Kernel = (call: KernelCall) => tf.TensorInfo | tf.TensorInfo[];

const replacements: Record<string, Kernel> = {
  BatchMatMul: batchMatMul,
  Concat: concat,
  Slice: slice,
  SplitV: split,
  Sum: reduction('Sum'),
  Mean: reduction('Mean'),
  Softmax: softmax,
};

const operations: Record<string, Kernel> = {
  Linear: linear,
  ColumnSums: columnSums,
  LayerNorm: layerNorm,
  LayerNormGradient: layerNormGradient,
  Attention: attention,
  AttentionGradient: attentionGradient,
  Gelu: gelu,
  AdamW: adamW,
  FoldColumnsScaled: foldColumnsScaled,
  FoldRowsScaledSum: foldRowsScaledSum,
  FoldRowsScaled: foldRowsScaled,
  FoldRowProducts: foldRowProducts,
  FoldColumnProducts: foldColumnProducts,
};

/** Kernels that tfjs has too, and those that it has not. */
export const replacedNames = Object.keys(replacements);
export const operationNames = Object.keys(operations);

let registered = false;

export function registerKernels(): void {
  if (registered) return;
  registered = true;
  for (const [name, kernel] of Object.entries(replacements)) replaceKernel(name, kernel);
  for (const [kernelName, kernelFunc] of Object.entries(operations)) {
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc });
  }
}
