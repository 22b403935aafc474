/** Targets of the reconstruction: the sources' own features, computed once and cached on the host. */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Objective } from '../recipe.ts';
import type { Trainable } from './trainable.ts';

const batchSize = 128;

/** Runs `compute` over rows `from` to `to` of the training set, in batches: `[to − from, width]` on the host. */
export async function overRows(
  from: number,
  to: number,
  width: number,
  compute: (rows: number[]) => tf.Tensor2D,
): Promise<Float32Array> {
  const all = new Float32Array((to - from) * width);
  for (let start = from; start < to; start += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, to - start) }, (_, index) => start + index);
    const output = tf.tidy(() => compute(rows));
    all.set((await output.data()) as Float32Array, (start - from) * width);
    output.dispose();
  }
  return all;
}

/**
 * The models' last features, side by side: `[count, Σ widths]`. With objective `all` every model sees every image; else model i
 * sees the images of task i only, and its features of others, which are never compared, stay 0.
 */
export async function featureTargets(
  data: TrainingSet,
  models: readonly Model[],
  objective: Objective,
  trainable: Pick<Trainable, 'held'>,
): Promise<Float32Array> {
  const widths = models.map(({ architecture }) => featureWidth(architecture));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const targets = new Float32Array(data.count * total);
  let offset = 0;
  for (const [task, model] of models.entries()) {
    const width = widths[task] ?? 0;
    const [from, to] = objective === 'all' ? [0, data.count] : [data.starts[task] ?? 0, data.starts[task + 1] ?? 0];
    const own = await withParameters(model, trainable, (parameters) =>
      overRows(from, to, width, (rows) =>
        features(model.architecture, parameters, data.inputs(model.architecture, rows)),
      ),
    );
    place(own, width, targets, from, total, offset);
    offset += width;
  }
  return targets;
}

/** Copies `[rows, width]` into columns `offset` … of a matrix `[…, total]`, from row `first` on. */
export function place(
  values: Float32Array,
  width: number,
  into: Float32Array,
  first: number,
  total: number,
  offset: number,
): void {
  for (let row = 0; row * width < values.length; row++) {
    into.set(values.subarray(row * width, (row + 1) * width), (first + row) * total + offset);
  }
}

/** A source that is on the backend already is not uploaded again. */
async function withParameters<T>(
  model: Model,
  trainable: Pick<Trainable, 'held'>,
  use: (parameters: Parameters) => Promise<T>,
): Promise<T> {
  const known = trainable.held(model);
  if (known) return use(known);
  const parameters = toBackend(model.weights);
  try {
    return await use(parameters);
  } finally {
    disposeAll(parameters);
  }
}
