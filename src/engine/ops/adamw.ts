/**
 * One update of AdamW (Loshchilov and Hutter, arXiv 1711.05101), to PyTorch's numbers. `AdamW` writes into its tensors: the
 * parameters and the moments belong to the optimiser alone, and no matrix product may read them directly, since tfjs' wasm
 * backend keeps packed copies of what its products have read.
 */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from './kernels.ts';

export interface AdamWStep extends tf.NamedAttrMap {
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Factor of the parameters before the step: 1 − rate · decay. */
  keep: number;
  /** rate / (1 − β₁ᵗ) */
  rate: number;
  /** 1 / √(1 − β₂ᵗ) */
  deviation: number;
}

export interface AdamWState extends Record<string, tf.Tensor> {
  /** `[size]` each */
  value: tf.Tensor;
  mean: tf.Tensor;
  variance: tf.Tensor;
}

/** Kernel `AdamW` gives its three tensors back, the same or new ones. */
const kernel = operation<AdamWState & { gradient: tf.Tensor }, AdamWStep>({
  name: 'AdamW',
  stock({ value, mean, variance, gradient }, { beta1, beta2, epsilon, keep, rate, deviation }) {
    const nextMean = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
    const nextVariance = tf.add(tf.mul(variance, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const spread = tf.add(tf.mul(tf.sqrt(nextVariance), deviation), epsilon);
    const next = tf.sub(tf.mul(value, keep), tf.mul(tf.div(nextMean, spread), rate));
    return [next, nextMean, nextVariance];
  },
});

/** The state after a step with this gradient, `[size]`; the state before is used up. */
export function adamWStep(state: AdamWState, gradient: tf.Tensor, step: AdamWStep): AdamWState {
  const [value, mean, variance] = kernel({ ...state, gradient }, step) as [tf.Tensor, tf.Tensor, tf.Tensor];
  // An in-place kernel's results hold the same data: releasing the handles before keeps it.
  tf.dispose([state.value, state.mean, state.variance]);
  return { value, mean, variance };
}
