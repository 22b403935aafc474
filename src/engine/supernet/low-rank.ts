/** Kind `low-rank`: `A B`, A `[rows, r]`, B `[r, columns]`. Alone it has only the random initialisation. */
import * as tf from '@tensorflow/tfjs-core';
import { decompose, toMatrix } from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';
import { bounds, denseShape, normals, relativeError, tensorOf, totalWidth, unitScale, widthOf } from './matrix-kind.ts';

const factors = (parameters: MatrixParameters) =>
  [tensorOf(parameters, 'a') as tf.Tensor2D, tensorOf(parameters, 'b') as tf.Tensor2D] as const;

const product = (x: tf.Tensor2D, parameters: MatrixParameters): tf.Tensor2D => {
  const [a, b] = factors(parameters);
  return tf.matMul(tf.matMul(x, a), b);
};

export const lowRank: MatrixForm = {
  shapes(spec, rank) {
    const [rows, columns] = denseShape(spec);
    return { a: [rows, rank], b: [rank, columns] };
  },

  /** Random: A and B `s·N(0,1)/√r`. Else A = 0 and B `0.1·s·N(0,1)/r`, so that the part starts as nothing. */
  initial(spec, { initialisation, rank, random }) {
    const [rows, columns] = denseShape(spec);
    const scale = unitScale(spec);
    if (initialisation === 'random') {
      return {
        a: normals([rows, rank], scale / Math.sqrt(rank), random),
        b: normals([rank, columns], scale / Math.sqrt(rank), random),
      };
    }
    return {
      a: { shape: [rows, rank], values: new Float32Array(rows * rank) },
      b: normals([rank, columns], (0.1 * scale) / rank, random),
    };
  },

  // (A B)ᵀ v = Bᵀ (Aᵀ v)
  mergeWeights(m, v) {
    const [a, b] = factors(m);
    return tf.matMul(b, tf.matMul(a, v, true, false), true, false);
  },

  // w (A Bᵢ)ᵀ = (w Bᵢᵀ) Aᵀ
  unmergeWeights(u, w, source, spec) {
    const [a, b] = factors(u);
    const block = tf.slice(b, [0, bounds(spec)[source] ?? 0], [b.shape[0], spec.widths[source] ?? 0]);
    return tf.matMul(tf.matMul(w, block, false, true), a, false, true);
  },

  mergeFeatures: (m, x) => product(x, m),
  unmergeFeatures: (u, x) => product(x, u),

  dense(parameters) {
    const [a, b] = factors(parameters);
    return tf.matMul(a, b);
  },

  mergeMacs: (spec, rank, rows) => [rows * totalWidth(spec) * rank, rows * rank * spec.merged],
  unmergeMacs(spec, rank, rows, source) {
    const [own, merged] = [rows * rank * widthOf(spec, source), rows * rank * spec.merged];
    return source === null ? [merged, own] : [own, merged];
  },

  fit(dense, spec, { rank, random }) {
    const { a, b } = lowRank.initial(spec, { initialisation: 'first', rank, random }) as Record<'a' | 'b', Weight>;
    if (dense.values.every((value) => value === 0)) return { parameters: { a, b }, error: 0 };
    const { left, values, right, rank: needed } = decompose(toMatrix(dense));
    // What the matrix does not need starts as the low-rank part of `first` does, as nothing that can grow.
    for (const [part, sigma] of values.slice(0, Math.min(rank, needed)).entries()) {
      const root = Math.sqrt(sigma);
      for (let row = 0; row < left.rows; row++) a.values[row * rank + part] = root * left.get(row, part);
      for (let column = 0; column < right.rows; column++) {
        b.values[part * right.rows + column] = root * right.get(column, part);
      }
    }
    return { parameters: { a, b }, error: relativeError(productOf(a, b), dense.values) };
  },
};

/** `A B` on the host. */
export function productOf(a: Weight, b: Weight): Float32Array {
  const [rows = 0, rank = 0] = a.shape;
  const [, columns = 0] = b.shape;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let part = 0; part < rank; part++) {
      const factor = a.values[row * rank + part] ?? 0;
      for (let column = 0; column < columns; column++) {
        values[row * columns + column]! += factor * (b.values[part * columns + column] ?? 0);
      }
    }
  }
  return values;
}
