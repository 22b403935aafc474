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
import { columnProducts, columnsScaled, rowProducts, rowsScaled, rowsScaledSum } from './diagonals.ts';
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
  const inner: tf.Tensor[] = [];
  let G: tf.Tensor | undefined;
  if (C && F) {
    const rank = C.shape[2] ?? 0;
    const each = tf.matMul(weights, bySource(F, shape, rank, into), false, true);
    const z = tf.reshape(each, [parts, bundles, sources * out, rank]);
    inner.push(tf.reshape(z, [parts * bundles, sources * out, rank]));
    const product = tf.matMul(z, tf.reshape(C, [1, ...C.shape]), false, true);
    G = tf.reshape(product, [parts * bundles, sources * out, mergedInto]);
  }
  if (E) [G] = columnsScaled({ weights, E, ...added(G) }, shape);
  return { G: G as tf.Tensor, inner };
}

/** The folded layers, H and `b A`. */
function outerFold({ D, A, B }: Factors, half: tf.Tensor, { biases }: FrozenLayers, shape: FoldShape) {
  const { parts, bundles, sources, out } = shape;
  const inner: tf.Tensor[] = [];
  let weight: tf.Tensor | undefined;
  let bias: tf.Tensor | undefined;
  if (A && B) {
    const [h, biasInner] = [tf.matMul(A, half, true, false), tf.matMul(biases, A)];
    inner.push(h, biasInner);
    weight = tf.matMul(B, h, true, false);
    bias = tf.matMul(biasInner, B);
  }
  if (D) {
    const column = tf.reshape(biases, [parts * bundles, sources * out, 1]);
    const sofar = bias && tf.reshape(bias, [parts * bundles, out, 1]);
    [weight] = rowsScaledSum({ x: half, D, ...added(weight) }, shape);
    [bias] = rowsScaledSum({ x: column, D, ...added(sofar) }, shape);
  }
  return { folded: { weight, bias } as FoldedLayers, inner };
}

/** Gradients of D, A, B, and of G. */
function outerGradient(
  { weight, bias }: FoldedLayers,
  { D, A, B }: Factors,
  { G, H, bA }: Kept,
  { biases }: FrozenLayers,
  shape: FoldShape,
): { gradients: Factors; toHalf: tf.Tensor } {
  const gradients: Factors = {};
  let toHalf: tf.Tensor | undefined;
  if (A && B && H && bA) {
    const toInner = tf.matMul(B, weight);
    gradients.B = tf.add(tf.matMul(H, weight, false, true), tf.matMul(bA, bias, true, false));
    gradients.A = tf.add(
      tf.matMul(G, toInner, false, true),
      tf.matMul(biases, tf.matMul(bias, B, false, true), true, false),
    );
    toHalf = tf.matMul(A, toInner);
  }
  if (D) {
    [toHalf] = rowsScaled({ Y: weight, D, ...added(toHalf) }, shape);
    [gradients.D] = rowProducts({ G, Y: weight, b: biases, y: bias }, shape) as [tf.Tensor];
  }
  return { gradients, toHalf: toHalf as tf.Tensor };
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
  if (E) [gradients.E] = columnProducts({ weights, dG: toHalf }, shape) as [tf.Tensor];
  return gradients;
}

/** Backends take no input that is not there. */
const added = (tensor: tf.Tensor | undefined): { added?: tf.Tensor } => (tensor ? { added: tensor } : {});
