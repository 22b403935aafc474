/**
 * Kind `attention-heads`, for features laid out in heads (query, key, value, mixed values): a `[dₕ, dₕ]` matrix for each
 * source and head, then a mix of heads (docs/method.md "Kinds of M and U"). The block of M from head h of source i to merged
 * head g is `mixᵢ[h, g] · Aᵢₕ`; the block of U from merged head g to head h of source i is `mixᵢ[g, h] · Aᵢg`.
 * All sources have the merged network's width and heads. Elsewhere in the network this kind is diagonal + low-rank.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import { decompose, toMatrix } from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';
import { bounds, identityWeight, normals, relativeError, tensorOf, totalWidth } from './matrix-kind.ts';

const headsOf = (spec: MatrixSpec): number => {
  if (spec.heads === null) throw new RangeError(`${spec.name} is not laid out in heads`);
  return spec.heads;
};

/** Sources, heads, size of a head. */
function layout(spec: MatrixSpec): [number, number, number] {
  const heads = headsOf(spec);
  return [spec.widths.length, heads, spec.merged / heads];
}

/** `[n · heads, dₕ, dₕ]` and `[n, heads, heads]`. */
const parts = (parameters: MatrixParameters) =>
  [tensorOf(parameters, 'head') as tf.Tensor3D, tensorOf(parameters, 'mix') as tf.Tensor3D] as const;

/** `[rows, count · dₕ]` → `[count, rows, dₕ]`. */
const splitColumns = (x: tf.Tensor2D, count: number): tf.Tensor3D =>
  tf.transpose(tf.reshape(x, [x.shape[0], count, -1]), [1, 0, 2]) as tf.Tensor3D;

/** `[count, rows, dₕ]` → `[rows, count · dₕ]`. */
const joinColumns = (x: tf.Tensor3D): tf.Tensor2D =>
  tf.reshape(tf.transpose(x, [1, 0, 2]), [x.shape[1], x.shape[0] * x.shape[2]]);

/** All mixes of an M, transposed: `[heads, n · heads]`. */
const mixes = (mix: tf.Tensor3D, spec: MatrixSpec): tf.Tensor2D =>
  tf.transpose(tf.reshape(mix, [-1, headsOf(spec)])) as tf.Tensor2D;

/** `left · x` on the first axis of x `[count, …]`, which keeps its other axes. */
function mixFirst(left: tf.Tensor2D, x: tf.Tensor3D): tf.Tensor3D {
  const [count, rows, columns] = x.shape;
  return tf.reshape(tf.matMul(left, tf.reshape(x, [count, rows * columns])), [left.shape[0], rows, columns]);
}

export const attentionHeads: MatrixForm = {
  shapes(spec) {
    const [sources, heads, size] = layout(spec);
    return { head: [sources * heads, size, size], mix: [sources, heads, heads] };
  },

  /**
   * As the authors' code: every mix is the identity; the heads' matrices are what a diagonal would be, identities times the
   * source's weight. Random: heads `dₕ^-½·N(0,1)`, mixes `heads^-½·N(0,1)`, for M also `/√n`, so that features keep their size.
   */
  initial(spec, { initialisation, random }) {
    const { head, mix } = attentionHeads.shapes(spec, 0) as { head: number[]; mix: number[] };
    const [sources, heads, size] = layout(spec);
    if (initialisation === 'random') {
      const spread = spec.role === 'M' ? sources ** -0.5 : 1;
      return { head: normals(head, size ** -0.5, random), mix: normals(mix, spread * heads ** -0.5, random) };
    }
    const weights = Array.from({ length: sources }, (_, source) => identityWeight(spec, initialisation, source));
    return {
      head: {
        shape: head,
        values: identities(
          weights.flatMap((weight) => new Array<number>(heads).fill(weight)),
          size,
        ),
      },
      mix: { shape: mix, values: identities(new Array<number>(sources).fill(1), heads) },
    };
  },

  // Mᵀ v: rows of v are the sources' heads; first each head's matrix, transposed, then the mix over all of them.
  mergeWeights(m, v, spec) {
    const [sources, heads, size] = layout(spec);
    const [head, mix] = parts(m);
    const rows = tf.reshape(v, [sources * heads, size, -1]) as tf.Tensor3D;
    const turned = tf.matMul(head, rows, true, false) as tf.Tensor3D; // [n · heads, dₕ, k]
    const mixed = mixFirst(mixes(mix, spec), turned);
    return tf.reshape(mixed, [spec.merged, v.shape[1]]);
  },

  // w Uᵢᵀ: mix over the source's heads, then each merged head's matrix, transposed.
  unmergeWeights(u, w, source, spec) {
    const [, heads, size] = layout(spec);
    const [head, mix] = parts(u);
    const own = tf.reshape(tf.slice(mix, [source, 0, 0], [1, heads, heads]), [heads, heads]) as tf.Tensor2D;
    const matrices = tf.slice(head, [source * heads, 0, 0], [heads, size, size]);
    return joinColumns(tf.matMul(mixFirst(own, splitColumns(w, heads)), matrices, false, true));
  },

  mergeFeatures(m, x, spec) {
    const [sources, heads] = layout(spec);
    const [head, mix] = parts(m);
    const turned = tf.matMul(splitColumns(x, sources * heads), head) as tf.Tensor3D; // [n · heads, rows, dₕ]
    return joinColumns(mixFirst(mixes(mix, spec), turned));
  },

  unmergeFeatures(u, x, spec) {
    const [sources, heads, size] = layout(spec);
    const [head, mix] = parts(u);
    const turned = tf.matMul(tf.tile(splitColumns(x, heads), [sources, 1, 1]), head); // [n · heads, rows, dₕ]
    const flat = tf.reshape(turned, [sources, heads, x.shape[0] * size]) as tf.Tensor3D;
    const mixed = tf.matMul(mix, flat, true, false); // [n, heads, rows · dₕ]
    return joinColumns(tf.reshape(mixed, [sources * heads, x.shape[0], size]) as tf.Tensor3D);
  },

  dense(parameters, spec) {
    return spec.role === 'M'
      ? attentionHeads.mergeFeatures(parameters, tf.eye(totalWidth(spec)), spec)
      : attentionHeads.unmergeFeatures(parameters, tf.eye(spec.merged), spec);
  },

  mergeMacs(spec, _, rows) {
    const [sources, heads, size] = layout(spec);
    return [rows * sources * heads * size * size, rows * sources * heads * heads * size];
  },

  unmergeMacs(spec, _, rows, source) {
    const [sources, heads, size] = layout(spec);
    const [turn, mix] = [rows * heads * size * size, rows * heads * heads * size];
    return source === null ? [turn * sources, mix * sources] : [mix, turn];
  },

  /** Each head's row of blocks is a mix times one matrix: the nearest of rank 1. */
  fit(dense, spec) {
    const [sources, heads, size] = layout(spec);
    const shapes = attentionHeads.shapes(spec, 0) as { head: number[]; mix: number[] };
    const head = new Float32Array(sources * heads * size * size);
    const mix = new Float32Array(sources * heads * heads);
    const rebuilt = new Float32Array(dense.values.length);
    for (let own = 0; own < sources * heads; own++) {
      const source = Math.floor(own / heads);
      const blocks = Array.from({ length: heads }, (_, other) => blockPlace(spec, source, own % heads, other, size));
      const stacked = Float32Array.from(blocks.flatMap((place) => readBlock(dense, place, size)));
      const { left, values, right } = decompose(toMatrix({ shape: [heads, size * size], values: stacked }));
      const [sigma = 0] = values;
      const [each, matrix] = [left.getColumn(0), right.getColumn(0)];
      if (sigma === 0) {
        head.set(identities([1], size), own * size * size);
        continue;
      }
      // A share of √dₕ keeps a mix of identities a mix of ones.
      const scale = Math.sqrt(size) * (Math.sign(matrix[0] ?? 1) || 1);
      head.set(
        matrix.map((value) => value * scale),
        own * size * size,
      );
      mix.set(
        each.map((value) => (value * sigma) / scale),
        own * heads,
      );
      for (const [other, place] of blocks.entries()) {
        const share = sigma * (each[other] ?? 0);
        writeBlock(
          rebuilt,
          dense,
          place,
          size,
          matrix.map((value) => value * share),
        );
      }
    }
    return {
      parameters: { head: { shape: shapes.head, values: head }, mix: { shape: shapes.mix, values: mix } },
      error: relativeError(rebuilt, dense.values),
    };
  },
};

/** Identity matrices, each times its weight, one after the other. */
function identities(weights: readonly number[], size: number): Float32Array {
  const values = new Float32Array(weights.length * size * size);
  for (const [index, weight] of weights.entries()) {
    for (let unit = 0; unit < size; unit++) values[(index * size + unit) * size + unit] = weight;
  }
  return values;
}

/** First row and column of the block between head `own` of the side that has the matrices and head `other`. */
function blockPlace(spec: MatrixSpec, source: number, own: number, other: number, size: number): [number, number] {
  const start = bounds(spec)[source] ?? 0;
  return spec.role === 'M' ? [start + own * size, other * size] : [own * size, start + other * size];
}

function readBlock({ shape, values }: Weight, [row, column]: [number, number], size: number): number[] {
  const columns = shape[1] ?? 0;
  return Array.from(
    { length: size * size },
    (_, index) => values[(row + Math.floor(index / size)) * columns + column + (index % size)] ?? 0,
  );
}

function writeBlock(
  into: Float32Array,
  { shape }: Weight,
  [row, column]: [number, number],
  size: number,
  block: readonly number[],
): void {
  const columns = shape[1] ?? 0;
  for (const [index, value] of block.entries()) {
    into[(row + Math.floor(index / size)) * columns + column + (index % size)] = value;
  }
}
