/** Linear layers: `x Wᵀ + b`. */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from './kernels.ts';

const linearKernel = operation<{ x: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor }, object>({
  name: 'Linear',
  stock: ({ x, weight, bias }) => [tf.add(tf.matMul(x, weight, false, true), bias)],
});

const columnSumsKernel = operation<{ x: tf.Tensor }, object>({
  name: 'ColumnSums',
  stock: ({ x }) => [tf.sum(x, 0)],
});

tf.registerGradient({
  kernelName: 'Linear',
  inputsToSave: ['x', 'weight'],
  gradFunc: (gradient, saved) => {
    const dy = gradient as tf.Tensor2D;
    const [x, weight] = saved as [tf.Tensor2D, tf.Tensor2D];
    return {
      x: () => tf.matMul(dy, weight),
      weight: () => tf.matMul(dy, x, true, false),
      bias: () => columnSums(dy),
    };
  },
});

/** `x Wᵀ + b`: `[rows, in] · [out, in]ᵀ → [rows, out]`. */
export const linear = (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D =>
  linearKernel({ x, weight, bias }, {})[0] as tf.Tensor2D;

/** Sums over the rows, `[rows, columns] → [columns]`; no gradient. */
export const columnSums = (x: tf.Tensor2D): tf.Tensor1D => columnSumsKernel({ x }, {})[0] as tf.Tensor1D;
