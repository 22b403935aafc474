/** LayerNorm (Ba, Kiros, Hinton, arXiv 1607.06450) with its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from './kernels.ts';

const forward = operation<{ x: tf.Tensor; gain: tf.Tensor; bias: tf.Tensor }, { epsilon: number }>({
  name: 'LayerNorm',
  stock({ x, gain, bias }, { epsilon }) {
    const mean = tf.mean(x, -1, true);
    const centred = tf.sub(x, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    return [tf.add(tf.mul(tf.mul(centred, inverse), gain), bias), tf.concat([mean, inverse], -1)];
  },
});

/** dx = (h − mean(h) − x̂ · mean(h ∘ x̂)) / σ with h = dy ∘ γ; dγ = Σ dy ∘ x̂, dβ = Σ dy over the rows. */
const backward = operation<{ dy: tf.Tensor; x: tf.Tensor; gain: tf.Tensor; moments: tf.Tensor }, object>({
  name: 'LayerNormGradient',
  stock({ dy, x, gain, moments }) {
    const [mean, inverse] = tf.split(moments, 2, -1) as [tf.Tensor, tf.Tensor];
    const normal = tf.mul(tf.sub(x, mean), inverse);
    const scaled = tf.mul(dy, gain);
    const along = tf.mul(normal, tf.mean(tf.mul(scaled, normal), -1, true));
    const dx = tf.mul(tf.sub(tf.sub(scaled, tf.mean(scaled, -1, true)), along), inverse);
    return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
  },
});

/** LayerNorm over the last axis of `[rows, width]`. */
export const layerNorm = (x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor2D =>
  tf.customGrad((...all) => {
    const [input, gamma, beta, save] = all as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, (kept: tf.Tensor[]) => void];
    const [value, moments] = forward({ x: input, gain: gamma, bias: beta }, { epsilon }) as [tf.Tensor2D, tf.Tensor];
    save([input, gamma, moments]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => {
        const [saved, scale, stats] = kept as [tf.Tensor, tf.Tensor, tf.Tensor];
        return backward({ dy, x: saved, gain: scale, moments: stats }, {});
      },
    };
  })(x, gain, bias) as tf.Tensor2D;
