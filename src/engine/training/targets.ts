/** Targets of the reconstruction: the sources' own features, computed once and cached on the host. */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Objective } from '../recipe.ts';
import { encodeElements } from '../tensors/elements.ts';
import type { Trainable } from './trainable.ts';

const batchSize = 128;

/** What is kept of the sources' features: floats, or halves (IEEE 754 binary16) where floats would take too much memory. */
export type Targets = Float32Array | Uint16Array;

/** Bytes that floats may take. */
const mostBytes = 2 ** 29;

/** Runs `compute` over rows `from` to `to` of the training set, in batches: `[to − from, width]` on the host. */
export async function overRows(
  from: number,
  to: number,
  width: number,
  compute: (rows: number[]) => tf.Tensor2D,
): Promise<Float32Array> {
  const all = new Float32Array((to - from) * width);
  await inBatches(from, to, compute, (values, first) => all.set(values, (first - from) * width));
  return all;
}

/** `take` gets the values of each batch and its first row. */
async function inBatches(
  from: number,
  to: number,
  compute: (rows: number[]) => tf.Tensor2D,
  take: (values: Float32Array, first: number) => void,
): Promise<void> {
  for (let start = from; start < to; start += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, to - start) }, (_, index) => start + index);
    const output = tf.tidy(() => compute(rows));
    take((await output.data()) as Float32Array, start);
    output.dispose();
  }
}

/**
 * The models' last features, side by side: `[count, Σ widths]`, in halves where floats would take more than `most` bytes. With objective `all` every model sees every image; else model i
 * sees the images of task i only, and its features of others, which are never compared, stay 0.
 */
export async function featureTargets(
  data: TrainingSet,
  models: readonly Model[],
  objective: Objective,
  trainable: Pick<Trainable, 'held'>,
  most = mostBytes,
): Promise<Targets> {
  const widths = models.map(({ architecture }) => featureWidth(architecture));
  const total = widths.reduce((sum, width) => sum + width, 0);
  const size = data.count * total;
  const targets = 4 * size > most ? new Uint16Array(size) : new Float32Array(size);
  let offset = 0;
  for (const [task, model] of models.entries()) {
    const width = widths[task] ?? 0;
    const [from, to] = objective === 'all' ? [0, data.count] : [data.starts[task] ?? 0, data.starts[task + 1] ?? 0];
    await withParameters(model, trainable, (parameters) =>
      inBatches(
        from,
        to,
        (rows) => features(model.architecture, parameters, data.inputs(model.architecture, rows)),
        (values, first) => place(values, width, targets, first, total, offset),
      ),
    );
    offset += width;
  }
  return targets;
}

/** Copies `[rows, width]` into columns `offset` … of a matrix `[…, total]`, from row `first` on. */
export function place(
  floats: Float32Array,
  width: number,
  into: Targets,
  first: number,
  total: number,
  offset: number,
): void {
  const values = into instanceof Uint16Array ? halvesOf(floats) : floats;
  for (let row = 0; row * width < values.length; row++) {
    into.set(values.subarray(row * width, (row + 1) * width), (first + row) * total + offset);
  }
}

const halvesOf = (floats: Float32Array): Uint16Array => new Uint16Array(encodeElements('F16', floats).buffer);

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
