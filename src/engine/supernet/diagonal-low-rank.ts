/** Kind `diagonal+low-rank`, the default: the sum of both parts. A random start has diagonals of 0. */
import * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { blockDiagonals, diagonal } from './diagonal.ts';
import { lowRank, productOf } from './low-rank.ts';
import type { Fit, MatrixForm } from './matrix-kind.ts';
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

  /** Diagonals and low-rank part in turn, each nearest to what the other leaves, until that brings nothing more. */
  fit(dense, spec, options) {
    let diag = blockDiagonals(dense, spec);
    let best: Fit | null = null;
    for (let turn = 0; turn < mostTurns; turn++) {
      const rest = withoutDiagonals(dense, spec, diag);
      const low = lowRank.fit(rest, spec, options);
      const error = (low.error * norm(rest.values)) / (norm(dense.values) || 1);
      const gain = best ? 1 - error / best.error : 1;
      if (gain <= 0) break;
      best = { parameters: { diag: { shape: [diag.length], values: diag }, ...low.parameters }, error };
      if (error < enough || gain < leastGain) break;
      const { a, b } = low.parameters as Record<'a' | 'b', Weight>;
      const product = { shape: dense.shape, values: productOf(a, b) };
      const kept = blockDiagonals(product, spec);
      diag = blockDiagonals(dense, spec).map((value, unit) => value - (kept[unit] ?? 0));
    }
    if (!best) throw new RangeError('the fit made no turn');
    return best;
  },
};

const mostTurns = 100;
const enough = 1e-6;
/** A turn that brings less than this share of the error is the last. */
const leastGain = 0.01;

/** The matrix less these diagonals of its blocks. */
function withoutDiagonals({ shape, values }: Weight, spec: MatrixSpec, diag: Float32Array): Weight {
  const rest = values.slice();
  const columns = shape[1] ?? 0;
  for (const [unit, value] of diag.entries()) {
    const [row, column] = spec.role === 'M' ? [unit, unit % spec.merged] : [unit % spec.merged, unit];
    rest[row * columns + column]! -= value;
  }
  return { shape, values: rest };
}

const norm = (values: Float32Array): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
