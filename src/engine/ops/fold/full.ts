/** The fold of kind `full`, with its gradient: `W̃ = Mᵀ G`, `G = W Uᵀ` for each source, `b̃ = b M` (docs/method.md "Fold"). */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from '../kernels.ts';
import type { FoldShape, FrozenLayers } from './fold-shape.ts';
import { bySource, flatten, fromSource, sumOfParts, unflatten } from './fold-shape.ts';

/** Frozen layers, M `[p·L, n·o, õ]`, U `[L, d̃, n·d]`. */
export type FullFoldInputs = FrozenLayers & { m: tf.Tensor; u: tf.Tensor };

/** The folded layers as `flatten` lays them out, and G `[p·L, n·o, d̃]` for the gradient. */
export const fullFold = operation<FullFoldInputs, FoldShape>({
  name: 'FullFold',
  stock({ weights, biases, m, u }, shape) {
    const { parts, bundles, sources, out, into, mergedInto } = shape;
    const each = tf.matMul(weights, bySource(u, shape, mergedInto, into), false, true);
    const half = tf.reshape(each, [parts * bundles, sources * out, mergedInto]);
    return [flatten({ weight: tf.matMul(m, half, true, false), bias: tf.matMul(biases, m) }, shape), half];
  },
});

/**
 * Gradients of M and U from `dy`, that of the folded layers. With Y = dL/dW̃ and y = dL/db̃: `dM = G Yᵀ + bᵀ y`, `dG = M Y`,
 * `dU = dGᵀ W` summed over the layers that read the U.
 */
export const fullFoldGradient = operation<FullFoldInputs & { dy: tf.Tensor; half: tf.Tensor }, FoldShape>({
  name: 'FullFoldGradient',
  stock({ dy, weights, biases, m, half }, shape) {
    const { parts, bundles, sources, out, into, mergedInto } = shape;
    const { weight, bias } = unflatten(dy, shape);
    const toMerge = tf.add(tf.matMul(half, weight, false, true), tf.matMul(biases, bias, true, false));
    const toHalf = tf.reshape(tf.matMul(m, weight), [parts, bundles * sources, out, mergedInto]);
    const toUnmerge = sumOfParts(tf.matMul(toHalf, weights, true, false));
    return [toMerge, fromSource(toUnmerge, shape, mergedInto, into)];
  },
});
