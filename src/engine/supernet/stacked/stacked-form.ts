/** What the stacked fold of a kind of M and U computes, forward and back. */
import * as tf from '@tensorflow/tfjs-core';
import type { GroupShape } from './groups.ts';

/** The sources' weights of a group, frozen. */
export interface FrozenLayers {
  /** `[p, L·n, o, d]` */
  weights: tf.Tensor4D;
  /** `[p·L, 1, n·o]` */
  biases: tf.Tensor3D;
}

/** `[p·L, õ, d̃]` and `[p·L, 1, õ]`; of a gradient the same. */
export interface Folded {
  weight: tf.Tensor;
  bias: tf.Tensor;
}

/** All runs inside a tidy. */
export interface StackedForm {
  /** The learnable parts of M, each stacked `[p·L, …]`, and of U, each `[L, …]`, by their short names. */
  merge: readonly string[];
  unmerge: readonly string[];
  /** `kept` is handed to `backward`. */
  forward(
    merge: readonly tf.Tensor[],
    unmerge: readonly tf.Tensor[],
    frozen: FrozenLayers,
    shape: GroupShape,
  ): Folded & { kept: tf.Tensor[] };
  /** Gradients of the parts, in the same order. */
  backward(
    gradient: Folded,
    merge: readonly tf.Tensor[],
    unmerge: readonly tf.Tensor[],
    frozen: FrozenLayers,
    shape: GroupShape,
    kept: readonly tf.Tensor[],
  ): { merge: tf.Tensor[]; unmerge: tf.Tensor[] };
}

/** Blocks of columns one under the other: `[L, rows, n·columns] → [1, L·n, rows, columns]`. */
export function bySource(x: tf.Tensor, { bundles, sources }: GroupShape, rows: number, columns: number): tf.Tensor4D {
  const blocks = tf.transpose(tf.reshape(x, [bundles, rows, sources, columns]), [0, 2, 1, 3]);
  return tf.reshape(blocks, [1, bundles * sources, rows, columns]);
}

/** The way back: `[L·n, rows, columns] → [L, rows, n·columns]`. */
export function fromSource(x: tf.Tensor, { bundles, sources }: GroupShape, rows: number, columns: number): tf.Tensor3D {
  const blocks = tf.transpose(tf.reshape(x, [bundles, sources, rows, columns]), [0, 2, 1, 3]);
  return tf.reshape(blocks, [bundles, rows, sources * columns]);
}

/** `[p, …] → […]`: layers that read one U add up. */
export const sumOfParts = (x: tf.Tensor): tf.Tensor =>
  x.shape[0] === 1 ? tf.reshape(x, x.shape.slice(1)) : tf.sum(x, 0);
