/** Multi-head self-attention (Vaswani et al., arXiv 1706.03762) on packed rows, with its gradient; scale `1/√dₕ`. */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from './kernels.ts';

/** The rows are those of `batch` images, `tokens` each; heads lie side by side in the width. */
export interface AttentionShape extends tf.NamedAttrMap {
  batch: number;
  tokens: number;
  heads: number;
}

/** `[batch · tokens, parts · width]` → each part `[batch · heads, tokens, dₕ]`. */
function split(x: tf.Tensor, parts: number, { batch, tokens, heads }: AttentionShape): tf.Tensor3D[] {
  const width = (x.shape[1] ?? 0) / parts;
  return tf.split(x, parts, 1).map((part) => {
    const byHead = tf.transpose(tf.reshape(part, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
    return tf.reshape(byHead, [batch * heads, tokens, width / heads]);
  });
}

/** The way back: `[batch · heads, tokens, dₕ]` → `[batch · tokens, width]`. */
function join(x: tf.Tensor, { batch, tokens, heads }: AttentionShape): tf.Tensor2D {
  const size = x.shape[2] ?? 0;
  const byToken = tf.transpose(tf.reshape(x, [batch, heads, tokens, size]), [0, 2, 1, 3]);
  return tf.reshape(byToken, [batch * tokens, heads * size]);
}

/** `[batch · tokens, 3 · width]` → `[batch · tokens, width]`, and the probabilities `[batch · heads, tokens, tokens]`. */
const forward = operation<{ packed: tf.Tensor }, AttentionShape>({
  name: 'Attention',
  stock({ packed }, shape) {
    const [query, key, value] = split(packed, 3, shape) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const scale = 1 / Math.sqrt(query.shape[2]);
    const probabilities = tf.softmax(tf.matMul(tf.mul(query, scale), key, false, true));
    return [join(tf.matMul(probabilities, value), shape), probabilities];
  },
});

/** dP = dY Vᵀ, dS = P ∘ (dP − rowsum(P ∘ dP)), dQ = scale · dS K, dK = scale · dSᵀ Q, dV = Pᵀ dY. */
const backward = operation<{ dy: tf.Tensor; packed: tf.Tensor; probabilities: tf.Tensor }, AttentionShape>({
  name: 'AttentionGradient',
  stock({ dy, packed, probabilities }, shape) {
    const [query, key, value] = split(packed, 3, shape) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const [mixed] = split(dy, 1, shape) as [tf.Tensor3D];
    const scale = 1 / Math.sqrt(query.shape[2]);
    const toProbabilities = tf.matMul(mixed, value, false, true);
    const mean = tf.sum(tf.mul(probabilities, toProbabilities), -1, true);
    const toScores = tf.mul(tf.mul(probabilities, tf.sub(toProbabilities, mean)), scale) as tf.Tensor3D;
    const parts = [
      tf.matMul(toScores, key),
      tf.matMul(toScores, query, true, false),
      tf.matMul(probabilities, mixed, true, false),
    ];
    return [
      tf.concat(
        parts.map((part) => join(part, shape)),
        1,
      ),
    ];
  },
});

/** Queries, keys and values side by side, `[batch · tokens, 3 · width]` → `[batch · tokens, width]`. */
export const attention = (packed: tf.Tensor2D, shape: AttentionShape): tf.Tensor2D =>
  tf.customGrad((input, save) => {
    const [value, probabilities] = forward({ packed: input as tf.Tensor }, shape) as [tf.Tensor2D, tf.Tensor];
    (save as (kept: tf.Tensor[]) => void)([input as tf.Tensor, probabilities]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => {
        const [saved, weights] = kept as [tf.Tensor, tf.Tensor];
        return backward({ dy, packed: saved, probabilities: weights }, shape)[0] as tf.Tensor;
      },
    };
  })(packed) as tf.Tensor2D;
