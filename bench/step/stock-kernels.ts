/** The WebGPU backend as tfjs brings it, for comparison. */
import * as tf from '@tensorflow/tfjs-core';
import { operationNames, replacedNames } from '../../src/engine/backends/webgpu/kernels.ts';
import { stockKernel } from '../../src/engine/backends/webgpu/stock.ts';

/** Runs with tfjs' kernels alone; operations that it lacks are composed of them. */
export async function onStockKernels<T>(work: () => Promise<T>): Promise<T> {
  const ours = [...replacedNames, ...operationNames].map((name) => tf.getKernel(name, 'webgpu'));
  for (const { kernelName } of ours) tf.unregisterKernel(kernelName, 'webgpu');
  for (const kernelName of replacedNames) {
    tf.registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: stockKernel(kernelName) });
  }
  try {
    return await work();
  } finally {
    for (const kernel of ours) {
      if (tf.getKernel(kernel.kernelName, 'webgpu')) tf.unregisterKernel(kernel.kernelName, 'webgpu');
      tf.registerKernel(kernel);
    }
  }
}
