/** Kind `low-rank`: `A B`, A `[rows, r]`, B `[r, columns]`. Alone it has only the random initialisation. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';
import { bounds, denseShape, normals, tensorOf, unitScale } from './matrix-kind.ts';

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
};
