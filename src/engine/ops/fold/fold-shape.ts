/** Layers that are folded at once: their sizes, and how their tensors lie. */
import * as tf from '@tensorflow/tfjs-core';

/** Sizes that all bundles of a group share. A bundle is the layers that read one U: a block's query, key and value; else one alone. */
export interface FoldShape extends tf.NamedAttrMap {
  /** n */
  sources: number;
  /** p: layers of a bundle. */
  parts: number;
  /** L: bundles of the group. */
  bundles: number;
  /** o, d: output and input width of a source's layer. */
  out: number;
  into: number;
  /** õ, d̃: of the merged layer. */
  mergedOut: number;
  mergedInto: number;
}

/** The sources' weights of a group, frozen. */
export interface FrozenLayers extends Record<string, tf.Tensor> {
  /** `[p, L·n, o, d]` */
  weights: tf.Tensor4D;
  /** `[p·L, 1, n·o]` */
  biases: tf.Tensor3D;
}

/** `[p·L, õ, d̃]` and `[p·L, 1, õ]`: part by part, in each bundle by bundle; of a gradient the same. */
export interface FoldedLayers {
  weight: tf.Tensor;
  bias: tf.Tensor;
}

/** Blocks of columns one under the other: `[L, rows, n·columns] → [1, L·n, rows, columns]`. */
export function bySource(x: tf.Tensor, { bundles, sources }: FoldShape, rows: number, columns: number): tf.Tensor4D {
  const blocks = tf.transpose(tf.reshape(x, [bundles, rows, sources, columns]), [0, 2, 1, 3]);
  return tf.reshape(blocks, [1, bundles * sources, rows, columns]);
}

/** The way back: `[L·n, rows, columns] → [L, rows, n·columns]`. */
export function fromSource(x: tf.Tensor, { bundles, sources }: FoldShape, rows: number, columns: number): tf.Tensor3D {
  const blocks = tf.transpose(tf.reshape(x, [bundles, sources, rows, columns]), [0, 2, 1, 3]);
  return tf.reshape(blocks, [bundles, rows, sources * columns]);
}

/** `[p, …] → […]`: layers that read one U add up. */
export const sumOfParts = (x: tf.Tensor): tf.Tensor =>
  x.shape[0] === 1 ? tf.reshape(x, x.shape.slice(1)) : tf.sum(x, 0);

/** Bundle by bundle as the network reads, the weights of a bundle and then its biases: `[L · (p·õ·d̃ + p·õ)]`. */
export function flatten(
  { weight, bias }: FoldedLayers,
  { parts, bundles, mergedOut, mergedInto }: FoldShape,
): tf.Tensor1D {
  const byBundle = (x: tf.Tensor, size: number): tf.Tensor2D => {
    const split = tf.reshape(x, [parts, bundles, size]);
    return tf.reshape(parts === 1 ? split : tf.transpose(split, [1, 0, 2]), [bundles, parts * size]);
  };
  return tf.reshape(tf.concat([byBundle(weight, mergedOut * mergedInto), byBundle(bias, mergedOut)], 1), [-1]);
}

export function unflatten(flat: tf.Tensor, { parts, bundles, mergedOut, mergedInto }: FoldShape): FoldedLayers {
  const rows = parts * mergedOut;
  const table = tf.reshape(flat, [bundles, rows * (mergedInto + 1)]);
  const [weights, biases] = tf.split(table, [rows * mergedInto, rows], 1) as [tf.Tensor2D, tf.Tensor2D];
  const byPart = (x: tf.Tensor, size: number): tf.Tensor => {
    const split = tf.reshape(x, [bundles, parts, size]);
    return parts === 1 ? split : tf.transpose(split, [1, 0, 2]);
  };
  return {
    weight: tf.reshape(byPart(weights, mergedOut * mergedInto), [parts * bundles, mergedOut, mergedInto]),
    bias: tf.reshape(byPart(biases, mergedOut), [parts * bundles, 1, mergedOut]),
  };
}
