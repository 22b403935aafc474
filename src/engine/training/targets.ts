/** Targets of the reconstruction: the sources' own features, computed once and cached on the host. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import type { Parameters } from '../network/parameters.ts';
import type { Objective } from '../recipe.ts';

const batchSize = 128;

/**
 * Runs `compute` over the training set and lays the sources' rows side by side: `[count, Σ widths]`.
 * With objective `own` source i sees the images of task i only; its features of others are never compared and stay 0.
 */
export async function sideBySide(
  data: TrainingSet,
  architectures: readonly Architecture[],
  sources: readonly Parameters[],
  widths: readonly number[],
  objective: Objective,
  compute: (source: number, parameters: Parameters, inputs: tf.Tensor) => tf.Tensor2D,
): Promise<Float32Array> {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const targets = new Float32Array(data.count * total);
  let offset = 0;
  for (const [source, parameters] of sources.entries()) {
    const architecture = architectures[source];
    const width = widths[source] ?? 0;
    if (!architecture) throw new RangeError(`no source ${source}`);
    const [from, to] = objective === 'own' ? [data.starts[source] ?? 0, data.starts[source + 1] ?? 0] : [0, data.count];
    for (let start = from; start < to; start += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, to - start) }, (_, index) => start + index);
      const output = tf.tidy(() => compute(source, parameters, data.inputs(architecture, rows)));
      const values = await output.data();
      output.dispose();
      for (const [index, row] of rows.entries()) {
        targets.set(values.subarray(index * width, (index + 1) * width), row * total + offset);
      }
    }
    offset += width;
  }
  return targets;
}
