/** Matrix products of one variant or another, in a worker of Chromium. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../src/engine/backends/backends.ts';
import { useBackend } from '../src/engine/backends/backends.ts';
import { product, productVariants } from '../src/engine/backends/webgpu/product.ts';
import { wasmPaths } from '../src/worker/wasm-paths.ts';
import type { ProductShape } from './kernels/products.ts';
import { operandShapes } from './kernels/products.ts';
import { serve } from './support/serve.ts';

type Multiply = (a: tf.Tensor, b: tf.Tensor, shape: ProductShape) => tf.TensorInfo;

const variants = new Map<string, Multiply>();

serve({
  /** Label of the backend, and the names of what can be timed on it; tfjs' own kernels are "stock". */
  async start(backend: BackendName): Promise<{ label: string; names: string[] }> {
    const own = tf.getKernel('BatchMatMul', 'wasm')?.kernelFunc;
    const { label } = await useBackend(backend, {
      wasmPaths,
      onGpuError(error) {
        throw error;
      },
    });
    if (backend === 'webgpu') webgpuVariants(tf.backend() as WebGPUBackend);
    else wasmVariants(own, tf.getKernel('BatchMatMul', 'wasm')?.kernelFunc);
    return { label, names: [...variants.keys()] };
  },

  /** Milliseconds of each of `count` products, every one with operands that no kernel has seen. */
  async time(name: string, shape: ProductShape, count: number): Promise<number[]> {
    const multiply = variants.get(name);
    if (!multiply) throw new RangeError(`no variant ${name}`);
    const times: number[] = [];
    for (let index = 0; index < count; index++) times.push(await timeOne(multiply, shape));
    return times;
  },
});

function wasmVariants(stock: tf.KernelFunc | undefined, ours: tf.KernelFunc | undefined): void {
  for (const [name, kernel] of Object.entries({ ours, stock })) {
    if (!kernel) throw new Error('the wasm backend has no matrix product');
    variants.set(name, (a, b, { turnA, turnB }) => {
      const attrs = { transposeA: turnA, transposeB: turnB };
      return kernel({ inputs: { a, b }, backend: tf.backend(), attrs }) as tf.TensorInfo;
    });
  }
}

function webgpuVariants(backend: WebGPUBackend): void {
  for (const variant of productVariants) {
    if (variant.lacks(backend.device) !== null) continue;
    variants.set(variant.name, (a, b, { turnA, turnB }) => product(backend, { a, b, turnA, turnB }, variant));
  }
}

async function timeOne(multiply: Multiply, shape: ProductShape): Promise<number> {
  const [a, b] = operandShapes(shape).map((own) => tf.randomUniform(own, -1, 1)) as [tf.Tensor, tf.Tensor];
  await finish();
  const start = performance.now();
  const result = multiply(a, b, shape);
  await finish();
  const time = performance.now() - start;
  tf.backend().disposeData(result.dataId);
  tf.dispose([a, b]);
  return time;
}

/** Waits until a GPU has done all that it was given. */
async function finish(): Promise<void> {
  if (tf.getBackend() !== 'webgpu') return;
  const backend = tf.backend() as WebGPUBackend;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
}
