/**
 * The folds of the kinds with diagonals and low-rank parts, with their gradients. Nothing is made dense: with
 * `M = D + A B` and `U = E + C F` (docs/method.md "Fold")
 *
 *     Z = W Fᵀ     G = Z Cᵀ + W∘E     H = Aᵀ G     W̃ = Bᵀ H + Σ D∘G     b̃ = (b A) B + Σ D∘b
 *
 * and back from Y = dL/dW̃, y = dL/db̃
 *
 *     dB = H Yᵀ + (b A)ᵀ y     dH = B Y      dA = G dHᵀ + bᵀ y Bᵀ     dG = A dH + D∘Y     dD = rowsum(G∘Y) + b∘y
 *     dE = colsum(W∘dG)        dC = dGᵀ Z    dZ = dG C                dF = dZᵀ W
 */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from '../kernels.ts';
import type { FoldedLayers, FoldShape, FrozenLayers } from './fold-shape.ts';
import { bySource, flatten, fromSource, sumOfParts, unflatten } from './fold-shape.ts';

/**
 * The parts of M and U that a kind has: D `[p·L, n·õ]` and E `[L, n·d̃]`, or A `[p·L, n·o, r]`, B `[p·L, r, õ]`, C `[L, d̃, r]`
 * and F `[L, r, n·d]`, or all.
 */
export type Factors = Partial<Record<'D' | 'A' | 'B' | 'E' | 'C' | 'F', tf.Tensor>>;

/** What the gradient wants of the fold: G `[p·L, n·o, d̃]`; with low-rank parts Z `[p·L, n·o, r]`, H `[p·L, r, d̃]`, bA `[p·L, 1, r]`. */
export type Kept = { G: tf.Tensor } & Partial<Record<'Z' | 'H' | 'bA', tf.Tensor>>;

export const keptNames = ['G', 'Z', 'H', 'bA'] as const;
export const factorNames = ['D', 'A', 'B', 'E', 'C', 'F'] as const;

type Tensors = Record<string, tf.Tensor>;

/** The folded layers as `flatten` lays them out, then what is kept, in the order of `keptNames`. */
export const lowRankFold = operation<FrozenLayers & Factors & Tensors, FoldShape>({
  name: 'LowRankFold',
  stock(inputs, shape) {
    const half = halfFold(inputs, inputs, shape);
    const outer = outerFold(inputs, half.G, inputs, shape);
    return [flatten(outer.folded, shape), half.G, ...half.inner, ...outer.inner];
  },
});

/** Gradients of the factors that there are, in the order of `factorNames`, from `dy`, that of the folded layers. */
export const lowRankFoldGradient = operation<FrozenLayers & Factors & Kept & { dy: tf.Tensor } & Tensors, FoldShape>({
  name: 'LowRankFoldGradient',
  stock(inputs, shape) {
    const outer = outerGradient(unflatten(inputs.dy, shape), inputs, inputs, inputs, shape);
    const half = halfGradient(outer.toHalf, inputs, inputs.Z, inputs, shape);
    const gradients: Factors = { ...outer.gradients, ...half };
    return factorNames.flatMap((name) => gradients[name] ?? []);
  },
});

/** G, and Z. */
function halfFold({ E, C, F }: Factors, { weights }: FrozenLayers, shape: FoldShape) {
  const { parts, bundles, sources, out, into, mergedInto } = shape;
  const terms: tf.Tensor[] = [];
  const inner: tf.Tensor[] = [];
  if (C && F) {
    const rank = C.shape[2] ?? 0;
    const each = tf.matMul(weights, bySource(F, shape, rank, into), false, true);
    const z = tf.reshape(each, [parts, bundles, sources * out, rank]);
    inner.push(tf.reshape(z, [parts * bundles, sources * out, rank]));
    terms.push(tf.matMul(z, tf.reshape(C, [1, ...C.shape]), false, true));
  }
  if (E) {
    const scaled = tf.mul(weights, tf.reshape(E, [1, bundles * sources, 1, mergedInto]));
    terms.push(tf.reshape(scaled, [parts, bundles, sources * out, mergedInto]));
  }
  return { G: tf.reshape(sumOf(terms), [parts * bundles, sources * out, mergedInto]), inner };
}

/** The folded layers, H and `b A`. */
function outerFold({ D, A, B }: Factors, half: tf.Tensor, { biases }: FrozenLayers, shape: FoldShape) {
  const { parts, bundles, sources, out, mergedOut, mergedInto } = shape;
  const layers = parts * bundles;
  const weight: tf.Tensor[] = [];
  const bias: tf.Tensor[] = [];
  const inner: tf.Tensor[] = [];
  if (A && B) {
    const [h, biasInner] = [tf.matMul(A, half, true, false), tf.matMul(biases, A)];
    inner.push(h, biasInner);
    weight.push(tf.matMul(B, h, true, false));
    bias.push(tf.matMul(biasInner, B));
  }
  if (D) {
    const rows = tf.mul(half, tf.reshape(D, [layers, sources * out, 1]));
    weight.push(tf.sum(tf.reshape(rows, [layers, sources, mergedOut, mergedInto]), 1));
    const scaled = tf.mul(tf.reshape(biases, [layers, sources * out]), D);
    bias.push(tf.reshape(tf.sum(tf.reshape(scaled, [layers, sources, mergedOut]), 1), [layers, 1, mergedOut]));
  }
  return { folded: { weight: sumOf(weight), bias: sumOf(bias) }, inner };
}

/** Gradients of D, A, B, and of G. */
function outerGradient(
  { weight, bias }: FoldedLayers,
  { D, A, B }: Factors,
  { G, H, bA }: Kept,
  { biases }: FrozenLayers,
  shape: FoldShape,
): { gradients: Factors; toHalf: tf.Tensor } {
  const { parts, bundles, sources, out, mergedOut, mergedInto } = shape;
  const layers = parts * bundles;
  const gradients: Factors = {};
  const toHalf: tf.Tensor[] = [];
  if (A && B && H && bA) {
    const toInner = tf.matMul(B, weight);
    gradients.B = tf.add(tf.matMul(H, weight, false, true), tf.matMul(bA, bias, true, false));
    gradients.A = tf.add(
      tf.matMul(G, toInner, false, true),
      tf.matMul(biases, tf.matMul(bias, B, false, true), true, false),
    );
    toHalf.push(tf.matMul(A, toInner));
  }
  if (D) {
    const rows = tf.reshape(G, [layers, sources, mergedOut, mergedInto]);
    const each = tf.reshape(weight, [layers, 1, mergedOut, mergedInto]);
    const scaled = tf.mul(tf.reshape(D, [layers, sources, mergedOut, 1]), each);
    toHalf.push(tf.reshape(scaled, [layers, sources * out, mergedInto]));
    const own = tf.mul(tf.reshape(biases, [layers, sources, mergedOut]), tf.reshape(bias, [layers, 1, mergedOut]));
    gradients.D = tf.reshape(tf.add(tf.sum(tf.mul(rows, each), -1), own), [layers, sources * mergedOut]);
  }
  return { gradients, toHalf: sumOf(toHalf) };
}

/** Gradients of E, C, F from that of G. */
function halfGradient(
  toHalf: tf.Tensor,
  { E, C, F }: Factors,
  Z: tf.Tensor | undefined,
  { weights }: FrozenLayers,
  shape: FoldShape,
): Factors {
  const { parts, bundles, sources, out, into, mergedInto } = shape;
  const gradients: Factors = {};
  if (C && F && Z) {
    const rank = C.shape[2] ?? 0;
    const byBundle = tf.reshape(toHalf, [parts, bundles, sources * out, mergedInto]);
    const inner = tf.reshape(Z, [parts, bundles, sources * out, rank]);
    gradients.C = sumOfParts(tf.matMul(byBundle, inner, true, false));
    const toInner = tf.matMul(byBundle, tf.reshape(C, [1, ...C.shape]));
    const bySources = tf.reshape(toInner, [parts, bundles * sources, out, rank]);
    gradients.F = fromSource(sumOfParts(tf.matMul(bySources, weights, true, false)), shape, rank, into);
  }
  if (E) {
    const byLayer = tf.reshape(toHalf, [parts, bundles * sources, out, mergedInto]);
    const columns = tf.sum(tf.mul(weights, byLayer), 2);
    gradients.E = tf.reshape(sumOfParts(columns), [bundles, sources * mergedInto]);
  }
  return gradients;
}

const sumOf = (terms: readonly tf.Tensor[]): tf.Tensor =>
  terms.length === 1 ? terms[0]! : tf.add(terms[0]!, terms[1]!);
