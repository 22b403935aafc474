/**
 * The layers of a plain network on tfjs, differentiable. Features are rows: `[rows, width]`, one row a token or an image.
 * Weights are `[out, in]`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../recipe.ts';

/** Sees what goes into a linear layer of the body and what comes out: `[rows, in]`, `[rows, out]`. */
export type Observe = (layer: string, input: tf.Tensor2D, output: tf.Tensor2D) => void;

/** `x Wᵀ + b`: `[rows, in] · [out, in]ᵀ → [rows, out]`. */
export const linear = (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D =>
  tf.add(tf.matMul(x, weight, false, true), bias);

/** LayerNorm over the last axis of `[rows, width]`. */
export function layerNorm(x: tf.Tensor2D, gain: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return tf.add(tf.mul(normalise(x, epsilon), gain), bias);
}

/**
 * Rows shifted to mean 0 and scaled to variance 1. Its gradient is written out, since the composed one costs three times
 * the kernels: `dx = (g − mean(g) − x̂ · mean(g ∘ x̂)) / σ`.
 */
const normalise = (x: tf.Tensor2D, epsilon: number): tf.Tensor2D =>
  tf.customGrad((input, save) => {
    const rows = input as tf.Tensor2D;
    const centred = tf.sub(rows, tf.mean(rows, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
    const normal = tf.mul(centred, inverse) as tf.Tensor2D;
    (save as (tensors: tf.Tensor[]) => void)([normal, inverse]);
    return {
      value: normal,
      gradFunc: (gradient: tf.Tensor2D, saved: tf.Tensor[]) => {
        const [xhat, scale] = saved as [tf.Tensor2D, tf.Tensor2D];
        const along = tf.mul(xhat, tf.mean(tf.mul(gradient, xhat), -1, true));
        return tf.mul(tf.sub(tf.sub(gradient, tf.mean(gradient, -1, true)), along), scale);
      },
    };
  })(x);

/**
 * Multi-head self-attention on packed rows, `[batch · tokens, width]` each; scale `1/√dₕ` (docs/method.md "Fold").
 */
export function attention(
  query: tf.Tensor2D,
  key: tf.Tensor2D,
  value: tf.Tensor2D,
  { batch, tokens, heads }: { batch: number; tokens: number; heads: number },
): tf.Tensor2D {
  const width = query.shape[1];
  const size = width / heads;
  // [batch · tokens, width] → [batch · heads, tokens, dₕ]
  const split = (x: tf.Tensor2D): tf.Tensor3D =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, tokens, heads, size]), [0, 2, 1, 3]), [batch * heads, tokens, size]);
  const scores = tf.matMul(tf.mul(split(query), 1 / Math.sqrt(size)) as tf.Tensor3D, split(key), false, true);
  const mixed = tf.matMul(tf.softmax(scores), split(value));
  return tf.reshape(tf.transpose(tf.reshape(mixed, [batch, heads, tokens, size]), [0, 2, 1, 3]), [
    batch * tokens,
    width,
  ]);
}

/** The activation of the hidden layer, elementwise. */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'gelu': // x Φ(x) with the error function
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    case 'gelu-tanh': {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    }
    case 'quick-gelu':
      return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
    case 'tanh':
      return tf.tanh(x);
    case 'identity':
      return x;
    default:
      throw activation satisfies never;
  }
}
