/** Kind `diagonal`: one diagonal block for each source, `n · d` learnable numbers. All widths are equal. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';
import { identityWeight, normals, tensorOf, totalWidth, unitScale } from './matrix-kind.ts';

const diagonals = (parameters: MatrixParameters) => tensorOf(parameters, 'diag') as tf.Tensor1D;

export const diagonal: MatrixForm = {
  shapes: (spec) => ({ diag: [totalWidth(spec)] }),

  initial(spec, { initialisation, random }) {
    const shape = [totalWidth(spec)];
    if (initialisation === 'random') {
      const scale = spec.role === 'M' ? unitScale(spec) / Math.sqrt(spec.widths.length) : unitScale(spec);
      return { diag: normals(shape, scale, random) };
    }
    return { diag: { shape, values: identityDiagonals(spec, initialisation) } };
  },

  // Σᵢ dᵢ ∘ vᵢ over the sources' row blocks
  mergeWeights(m, v, spec) {
    const scaled = tf.mul(v, tf.reshape(diagonals(m), [-1, 1]));
    return tf.sum(tf.reshape(scaled, [spec.widths.length, spec.merged, v.shape[1]]), 0);
  },

  unmergeWeights: (u, w, source, spec) => tf.mul(w, tf.slice(diagonals(u), [source * spec.merged], [spec.merged])),

  mergeFeatures(m, x, spec) {
    const scaled = tf.mul(x, diagonals(m));
    return tf.sum(tf.reshape(scaled, [x.shape[0], spec.widths.length, spec.merged]), 1);
  },

  unmergeFeatures: (u, x, spec) => tf.mul(tf.tile(x, [1, spec.widths.length]), diagonals(u)),

  dense(parameters, spec) {
    // [n · d] → [n · d, d]: row i has its number in column i mod d
    const blocks = tf.mul(
      tf.tile(tf.eye(spec.merged), [spec.widths.length, 1]),
      tf.reshape(diagonals(parameters), [-1, 1]),
    );
    return (spec.role === 'M' ? blocks : tf.transpose(blocks)) as tf.Tensor2D;
  },

  // No matrix product.
  mergeMacs: () => [0, 0],
  unmergeMacs: () => [0, 0],

  fit(dense, spec) {
    const values = blockDiagonals(dense, spec);
    const all = dense.values.reduce((sum, value) => sum + value * value, 0);
    const kept = values.reduce((sum, value) => sum + value * value, 0);
    const error = all > 0 ? Math.sqrt(Math.max(0, all - kept) / all) : 0;
    return { parameters: { diag: { shape: [values.length], values } }, error };
  },
};

/** The diagonals of a dense matrix' blocks, `[n · d]`. */
export function blockDiagonals({ shape, values }: Weight, spec: MatrixSpec): Float32Array {
  const columns = shape[1] ?? 0;
  return Float32Array.from({ length: totalWidth(spec) }, (_, unit) => {
    const [row, column] = spec.role === 'M' ? [unit, unit % spec.merged] : [unit % spec.merged, unit];
    return values[row * columns + column] ?? 0;
  });
}

export function identityDiagonals(spec: MatrixSpec, initialisation: 'first' | 'average'): Float32Array {
  const values = new Float32Array(totalWidth(spec));
  for (const source of spec.widths.keys()) {
    values.fill(identityWeight(spec, initialisation, source), source * spec.merged, (source + 1) * spec.merged);
  }
  return values;
}
