/** Kind `diagonal+low-rank`, the default: the sum of both parts. A random start has diagonals of 0. */
import * as tf from '@tensorflow/tfjs-core';
import { blockDiagonals, diagonal } from './diagonal.ts';
import { lowRank } from './low-rank.ts';
import type { MatrixForm } from './matrix-kind.ts';
import { totalWidth } from './matrix-kind.ts';

export const diagonalLowRank: MatrixForm = {
  shapes: (spec, rank) => ({ ...diagonal.shapes(spec, rank), ...lowRank.shapes(spec, rank) }),

  initial(spec, options) {
    const diag =
      options.initialisation === 'random'
        ? { shape: [totalWidth(spec)], values: new Float32Array(totalWidth(spec)) }
        : diagonal.initial(spec, options).diag;
    if (!diag) throw new RangeError('a diagonal matrix has diagonals');
    return { diag, ...lowRank.initial(spec, options) };
  },

  mergeWeights: (m, v, spec) => tf.add(diagonal.mergeWeights(m, v, spec), lowRank.mergeWeights(m, v, spec)),
  unmergeWeights: (u, w, source, spec) =>
    tf.add(diagonal.unmergeWeights(u, w, source, spec), lowRank.unmergeWeights(u, w, source, spec)),
  mergeFeatures: (m, x, spec) => tf.add(diagonal.mergeFeatures(m, x, spec), lowRank.mergeFeatures(m, x, spec)),
  unmergeFeatures: (u, x, spec) => tf.add(diagonal.unmergeFeatures(u, x, spec), lowRank.unmergeFeatures(u, x, spec)),
  dense: (parameters, spec) => tf.add(diagonal.dense(parameters, spec), lowRank.dense(parameters, spec)),

  mergeMacs: (spec, rank, rows) => lowRank.mergeMacs(spec, rank, rows),
  unmergeMacs: (spec, rank, rows, source) => lowRank.unmergeMacs(spec, rank, rows, source),

  /** The blocks' diagonals, then the low-rank part nearest to the rest. */
  fit(dense, spec, options) {
    const diag = { shape: [totalWidth(spec)], values: blockDiagonals(dense, spec) };
    const rest = { shape: dense.shape, values: dense.values.slice() };
    const columns = dense.shape[1] ?? 0;
    for (let unit = 0; unit < totalWidth(spec); unit++) {
      const [row, column] = spec.role === 'M' ? [unit, unit % spec.merged] : [unit % spec.merged, unit];
      rest.values[row * columns + column] = 0;
    }
    const { parameters, error } = lowRank.fit(rest, spec, options);
    return { parameters: { diag, ...parameters }, error: (error * norm(rest.values)) / (norm(dense.values) || 1) };
  },
};

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
