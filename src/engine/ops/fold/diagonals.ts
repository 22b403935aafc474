/** What the diagonals D and E contribute to a fold and to its gradients, each with what the low-rank parts contribute added to it. */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from '../kernels.ts';
import type { FoldShape } from './fold-shape.ts';
import { sumOfParts } from './fold-shape.ts';

/** `+ added`, where there is something to add. */
type Added = { added?: tf.Tensor } & Record<string, tf.Tensor>;

const plus = (x: tf.Tensor, added: tf.Tensor | undefined): tf.Tensor => (added ? tf.add(x, added) : x);

/** `W∘E`: weights `[p, L·n, o, d]`, E `[L, n·d]` → `[p·L, n·o, d]` */
export const columnsScaled = operation<{ weights: tf.Tensor; E: tf.Tensor } & Added, FoldShape>({
  name: 'FoldColumnsScaled',
  stock({ weights, E, added }, { parts, bundles, sources, out, into }) {
    const scaled = tf.mul(weights, tf.reshape(E, [1, bundles * sources, 1, into]));
    return [plus(tf.reshape(scaled, [parts * bundles, sources * out, into]), added)];
  },
});

/** `Σ D∘x` over the sources: x `[p·L, n·o, c]`, D `[p·L, n·o]` → `[p·L, o, c]` */
export const rowsScaledSum = operation<{ x: tf.Tensor; D: tf.Tensor } & Added, FoldShape>({
  name: 'FoldRowsScaledSum',
  stock({ x, D, added }, { parts, bundles, sources, out }) {
    const [layers, columns] = [parts * bundles, x.shape[2] ?? 0];
    const scaled = tf.mul(x, tf.reshape(D, [layers, sources * out, 1]));
    return [plus(tf.sum(tf.reshape(scaled, [layers, sources, out, columns]), 1), added)];
  },
});

/** `D∘Y` for every source: Y `[p·L, o, d]`, D `[p·L, n·o]` → `[p·L, n·o, d]` */
export const rowsScaled = operation<{ Y: tf.Tensor; D: tf.Tensor } & Added, FoldShape>({
  name: 'FoldRowsScaled',
  stock({ Y, D, added }, { parts, bundles, sources, out, mergedInto }) {
    const layers = parts * bundles;
    const each = tf.reshape(Y, [layers, 1, out, mergedInto]);
    const scaled = tf.mul(tf.reshape(D, [layers, sources, out, 1]), each);
    return [plus(tf.reshape(scaled, [layers, sources * out, mergedInto]), added)];
  },
});

/** `rowsum(G∘Y) + b∘y`: G `[p·L, n·o, d]`, Y `[p·L, o, d]`, b `[p·L, 1, n·o]`, y `[p·L, 1, o]` → dD `[p·L, n·o]` */
export const rowProducts = operation<{ G: tf.Tensor; Y: tf.Tensor; b: tf.Tensor; y: tf.Tensor }, FoldShape>({
  name: 'FoldRowProducts',
  stock({ G, Y, b, y }, { parts, bundles, sources, out, mergedInto }) {
    const layers = parts * bundles;
    const rows = tf.reshape(G, [layers, sources, out, mergedInto]);
    const each = tf.reshape(Y, [layers, 1, out, mergedInto]);
    const own = tf.mul(tf.reshape(b, [layers, sources, out]), tf.reshape(y, [layers, 1, out]));
    return [tf.reshape(tf.add(tf.sum(tf.mul(rows, each), -1), own), [layers, sources * out])];
  },
});

/** `colsum(W∘dG)`, added up over the layers of a bundle: weights `[p, L·n, o, d]`, dG `[p·L, n·o, d]` → dE `[L, n·d]` */
export const columnProducts = operation<{ weights: tf.Tensor; dG: tf.Tensor }, FoldShape>({
  name: 'FoldColumnProducts',
  stock({ weights, dG }, { parts, bundles, sources, out, into }) {
    const byLayer = tf.reshape(dG, [parts, bundles * sources, out, into]);
    return [tf.reshape(sumOfParts(tf.sum(tf.mul(weights, byLayer), 2)), [bundles, sources * into])];
  },
});
