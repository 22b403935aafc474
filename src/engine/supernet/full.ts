/** Kind `full`: every entry is learnable. */
import * as tf from '@tensorflow/tfjs-core';
import { pairedUnits } from '../architectures/fold-plan.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';
import {
  bounds,
  denseShape,
  identityWeight,
  normals,
  tensorOf,
  totalWidth,
  unitScale,
  widthOf,
} from './matrix-kind.ts';

const matrix = (parameters: MatrixParameters) => tensorOf(parameters, 'full') as tf.Tensor2D;

export const full: MatrixForm = {
  shapes: (spec) => ({ full: denseShape(spec) }),

  initial(spec, { initialisation, random }) {
    const shape = denseShape(spec);
    if (initialisation === 'random') {
      const scale = spec.role === 'M' ? unitScale(spec) / spec.widths.length : unitScale(spec);
      return { full: normals(shape, scale, random) };
    }
    const values = new Float32Array(shape[0] * shape[1]);
    const starts = bounds(spec);
    for (const source of spec.widths.keys()) {
      const start = starts[source] ?? 0;
      for (const [own, merged] of pairedUnits(spec, source)) {
        const [row, column] = spec.role === 'M' ? [start + own, merged] : [merged, start + own];
        values[row * shape[1] + column] = identityWeight(spec, initialisation, source);
      }
    }
    return { full: { shape, values } };
  },

  mergeWeights: (m, v) => tf.matMul(matrix(m), v, true, false),

  unmergeWeights(u, w, source, spec) {
    const block = tf.slice(matrix(u), [0, bounds(spec)[source] ?? 0], [spec.merged, spec.widths[source] ?? 0]);
    return tf.matMul(w, block, false, true);
  },

  mergeFeatures: (m, x) => tf.matMul(x, matrix(m)),
  unmergeFeatures: (u, x) => tf.matMul(x, matrix(u)),
  dense: (parameters) => tf.clone(matrix(parameters)),
  mergeMacs: (spec, _, rows) => [rows * totalWidth(spec) * spec.merged, 0],
  unmergeMacs: (spec, _, rows, source) => [rows * widthOf(spec, source) * spec.merged, 0],
  fit: (dense) => ({ parameters: { full: dense }, error: 0 }),
};
