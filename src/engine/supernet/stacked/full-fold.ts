/** The stacked fold of kind `full`, with its gradient: `W̃ = Mᵀ G`, `G = W Uᵀ` for each source, `b̃ = b M`. */
import * as tf from '@tensorflow/tfjs-core';
import type { GroupShape } from './groups.ts';
import type { StackedForm } from './stacked-form.ts';
import { bySource, fromSource, sumOfParts } from './stacked-form.ts';

/**
 * M `[p·L, n·o, õ]`, U `[L, d̃, n·d]`. With Y = dL/dW̃ and y = dL/db̃: `dM = G Yᵀ + bᵀ y`, `dG = M Y`, `dU = dGᵀ W` summed over the
 * layers that read the U.
 */
export const fullFold: StackedForm = {
  merge: ['full'],
  unmerge: ['full'],

  forward([m], [u], { weights, biases }, shape) {
    const half = halfFold(u as tf.Tensor, weights, shape);
    return {
      weight: tf.matMul(m as tf.Tensor, half, true, false),
      bias: tf.matMul(biases, m as tf.Tensor),
      kept: [half],
    };
  },

  backward({ weight, bias }, [m], _, { weights, biases }, shape, [half]) {
    const { parts, bundles, sources, out, mergedInto } = shape;
    const toMerge = tf.add(tf.matMul(half as tf.Tensor, weight, false, true), tf.matMul(biases, bias, true, false));
    const toHalf = tf.reshape(tf.matMul(m as tf.Tensor, weight), [parts, bundles * sources, out, mergedInto]);
    const toUnmerge = sumOfParts(tf.matMul(toHalf, weights, true, false));
    return { merge: [toMerge], unmerge: [fromSource(toUnmerge, shape, mergedInto, shape.into)] };
  },
};

/** `W Uᵀ` of every source: `[p, L·n, o, d] · [L·n, d̃, d]ᵀ → [p·L, n·o, d̃]`. */
function halfFold(u: tf.Tensor, weights: tf.Tensor, shape: GroupShape): tf.Tensor {
  const { parts, bundles, sources, out, into, mergedInto } = shape;
  const half = tf.matMul(weights, bySource(u, shape, mergedInto, into), false, true);
  return tf.reshape(half, [parts * bundles, sources * out, mergedInto]);
}
