/**
 * The stacked folds of the kinds with diagonals and low-rank parts, with their gradients. Nothing is made dense: with
 * `M = D + A B` and `U = E + C F`
 *
 *     Z = W Fᵀ     G = Z Cᵀ + W∘E     H = Aᵀ G     W̃ = Bᵀ H + Σ D∘G     b̃ = (b A) B + Σ D∘b
 *
 * and back from Y = dL/dW̃, y = dL/db̃
 *
 *     dB = H Yᵀ + (b A)ᵀ y     dH = B Y      dA = G dHᵀ + bᵀ y Bᵀ     dG = A dH + D∘Y     dD = rowsum(G∘Y) + b∘y
 *     dE = colsum(W∘dG)        dC = dGᵀ Z    dZ = dG C                dF = dZᵀ W
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GroupShape } from './groups.ts';
import type { Folded, FrozenLayers, StackedForm } from './stacked-form.ts';
import { bySource, fromSource, sumOfParts } from './stacked-form.ts';

/** `diag`: D `[p·L, n·õ]`, E `[L, n·d̃]`; `a`: A `[p·L, n·o, r]`, C `[L, d̃, r]`; `b`: B `[p·L, r, õ]`, F `[L, r, n·d]`. */
type Part = 'diag' | 'a' | 'b';

/** A kind that has these parts, in this order. */
export function lowRankFold(parts: readonly Part[]): StackedForm {
  const named = (tensors: readonly tf.Tensor[]): Parts =>
    Object.fromEntries(parts.map((part, index) => [part, tensors[index]]));
  return {
    merge: parts,
    unmerge: parts,

    forward(merge, unmerge, frozen, shape) {
      const half = halfFold(named(unmerge), frozen, shape);
      const outer = outerFold(named(merge), half.folded, frozen, shape);
      return { ...outer.folded, kept: [half.folded, ...half.inner, ...outer.inner] };
    },

    backward(gradient, merge, unmerge, frozen, shape, kept) {
      const [folded, z, ...inner] = kept as [tf.Tensor, ...tf.Tensor[]];
      const outer = outerGradient(gradient, named(merge), folded, inner, frozen, shape);
      const half = halfGradient(outer.half, named(unmerge), z, frozen, shape);
      return { merge: parts.map((part) => outer.parts[part]!), unmerge: parts.map((part) => half[part]!) };
    },
  };
}

type Parts = Partial<Record<Part, tf.Tensor>>;

/** G as `[p·L, n·o, d̃]`, and Z. */
function halfFold({ diag, a, b }: Parts, { weights }: FrozenLayers, shape: GroupShape) {
  const { parts, bundles, sources, out, into, mergedInto } = shape;
  const terms: tf.Tensor[] = [];
  const inner: tf.Tensor[] = [];
  if (a && b) {
    const rank = a.shape[2] ?? 0;
    const z = tf.reshape(tf.matMul(weights, bySource(b, shape, rank, into), false, true), [
      parts,
      bundles,
      sources * out,
      rank,
    ]);
    inner.push(z);
    terms.push(tf.matMul(z, tf.reshape(a, [1, ...a.shape]), false, true));
  }
  if (diag) {
    const scaled = tf.mul(weights, tf.reshape(diag, [1, bundles * sources, 1, mergedInto]));
    terms.push(tf.reshape(scaled, [parts, bundles, sources * out, mergedInto]));
  }
  return { folded: tf.reshape(sumOf(terms), [parts * bundles, sources * out, mergedInto]), inner };
}

/** The folded layer, H and `b A`. */
function outerFold({ diag, a, b }: Parts, half: tf.Tensor, { biases }: FrozenLayers, shape: GroupShape) {
  const { parts, bundles, sources, out, mergedOut, mergedInto } = shape;
  const layers = parts * bundles;
  const weight: tf.Tensor[] = [];
  const bias: tf.Tensor[] = [];
  const inner: tf.Tensor[] = [];
  if (a && b) {
    const [h, biasInner] = [tf.matMul(a, half, true, false), tf.matMul(biases, a)];
    inner.push(h, biasInner);
    weight.push(tf.matMul(b, h, true, false));
    bias.push(tf.matMul(biasInner, b));
  }
  if (diag) {
    const rows = tf.mul(half, tf.reshape(diag, [layers, sources * out, 1]));
    weight.push(tf.sum(tf.reshape(rows, [layers, sources, mergedOut, mergedInto]), 1));
    const scaled = tf.mul(tf.reshape(biases, [layers, sources * out]), diag);
    bias.push(tf.reshape(tf.sum(tf.reshape(scaled, [layers, sources, mergedOut]), 1), [layers, 1, mergedOut]));
  }
  return { folded: { weight: sumOf(weight), bias: sumOf(bias) }, inner };
}

/** Gradients of D, A, B, and of G. */
function outerGradient(
  { weight, bias }: Folded,
  { diag, a, b }: Parts,
  half: tf.Tensor,
  [h, biasInner]: readonly tf.Tensor[],
  { biases }: FrozenLayers,
  shape: GroupShape,
): { parts: Parts; half: tf.Tensor } {
  const { parts, bundles, sources, out, mergedOut, mergedInto } = shape;
  const layers = parts * bundles;
  const gradients: Parts = {};
  const toHalf: tf.Tensor[] = [];
  if (a && b && h && biasInner) {
    const toInner = tf.matMul(b, weight);
    gradients.b = tf.add(tf.matMul(h, weight, false, true), tf.matMul(biasInner, bias, true, false));
    gradients.a = tf.add(
      tf.matMul(half, toInner, false, true),
      tf.matMul(biases, tf.matMul(bias, b, false, true), true, false),
    );
    toHalf.push(tf.matMul(a, toInner));
  }
  if (diag) {
    const rows = tf.reshape(half, [layers, sources, mergedOut, mergedInto]);
    const each = tf.reshape(weight, [layers, 1, mergedOut, mergedInto]);
    const scaled = tf.mul(tf.reshape(diag, [layers, sources, mergedOut, 1]), each);
    toHalf.push(tf.reshape(scaled, [layers, sources * out, mergedInto]));
    const own = tf.mul(tf.reshape(biases, [layers, sources, mergedOut]), tf.reshape(bias, [layers, 1, mergedOut]));
    gradients.diag = tf.reshape(tf.add(tf.sum(tf.mul(rows, each), -1), own), [layers, sources * mergedOut]);
  }
  return { parts: gradients, half: sumOf(toHalf) };
}

/** Gradients of E, C, F from that of G. */
function halfGradient(
  toHalf: tf.Tensor,
  { diag, a, b }: Parts,
  inner: tf.Tensor | undefined,
  { weights }: FrozenLayers,
  shape: GroupShape,
): Parts {
  const { parts, bundles, sources, out, into, mergedInto } = shape;
  const gradients: Parts = {};
  if (a && b && inner) {
    const rank = a.shape[2] ?? 0;
    const byBundle = tf.reshape(toHalf, [parts, bundles, sources * out, mergedInto]);
    gradients.a = sumOfParts(tf.matMul(byBundle, inner, true, false));
    const toInner = tf.reshape(tf.matMul(byBundle, tf.reshape(a, [1, ...a.shape])), [
      parts,
      bundles * sources,
      out,
      rank,
    ]);
    gradients.b = fromSource(sumOfParts(tf.matMul(toInner, weights, true, false)), shape, rank, into);
  }
  if (diag) {
    const byLayer = tf.reshape(toHalf, [parts, bundles * sources, out, mergedInto]);
    const columns = tf.sum(tf.mul(weights, byLayer), 2);
    gradients.diag = tf.reshape(sumOfParts(columns), [bundles, sources * mergedInto]);
  }
  return gradients;
}

const sumOf = (terms: readonly tf.Tensor[]): tf.Tensor =>
  terms.length === 1 ? terms[0]! : tf.add(terms[0]!, terms[1]!);
