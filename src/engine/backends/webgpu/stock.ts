/** tfjs' own webgpu kernels, also those whose place ours have taken. */
import * as tf from '@tensorflow/tfjs-core';

export type KernelCall = Parameters<tf.KernelFunc>[0];

const replaced = new Map<string, tf.KernelFunc>();

export function stockKernel(name: string): tf.KernelFunc {
  const kernel = replaced.get(name) ?? tf.getKernel(name, 'webgpu')?.kernelFunc;
  if (!kernel) throw new Error(`the webgpu backend has no kernel ${name}`);
  return kernel;
}

/** Puts a kernel in the place of tfjs' own, once for all. */
export function replaceKernel(name: string, kernelFunc: tf.KernelFunc): void {
  if (replaced.has(name)) return;
  const stock = tf.getKernel(name, 'webgpu');
  if (!stock) throw new Error(`the webgpu backend has no kernel ${name}`);
  replaced.set(name, stock.kernelFunc);
  tf.unregisterKernel(name, 'webgpu');
  tf.registerKernel({ ...stock, kernelFunc });
}
