/** Accuracy per task and joint (docs/method.md "Accuracy"). */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architectures/model.ts';
import type { ImageSet, TaskImages } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';

/** Anything that gives logits for every task: a merged network, a source with all heads, an ensemble. */
export interface Predictor {
  /** Classes of each task, in the order of the joint logits. */
  readonly classes: readonly number[];
  /** Tasks that it cannot tell anything about: a source alone whose features another source's head cannot read. */
  readonly blind?: readonly number[];
  /** Runs inside a tidy. `[batch, Σ classes]` each: for accuracy within a task, and across tasks. */
  logits(inputs: Inputs): { perTask: tf.Tensor2D; joint: tf.Tensor2D };
}

/** A batch of images, laid out as a network takes them. */
export type Inputs = (architecture: Architecture) => tf.Tensor;

export interface Score {
  /** Accuracy on each task's held-out images, argmax over that task's logits, 0 to 1; null where there are no logits. */
  perTask: (number | null)[];
  /** Accuracy on each task's images, argmax over all tasks' logits together; null where a task is not measured. */
  jointPerTask: (number | null)[];
  /** Joint accuracy over the images of all tasks measured. */
  joint: number;
  /** Held-out images measured, for each task. */
  images: number[];
}

const batchSize = 250;

/**
 * Per task: argmax over task i's logits on task i's images. Joint: argmax over all logits, task i's classes at their offset.
 * `limit` measures the first so many test images of each task only.
 */
export async function evaluate(
  predictor: Predictor,
  tasks: readonly TaskImages[],
  limit = Number.POSITIVE_INFINITY,
): Promise<Score> {
  const score: Score = { perTask: [], jointPerTask: [], joint: 0, images: [] };
  let right = 0;
  let all = 0;
  for (const [task, { test }] of tasks.entries()) {
    const count = Math.min(limit, test.count);
    const hits = await countHits(predictor, test, task, count);
    score.perTask.push(predictor.blind?.includes(task) ? null : hits.perTask / count);
    score.jointPerTask.push(hits.joint / count);
    score.images.push(count);
    right += hits.joint;
    all += count;
  }
  score.joint = right / all;
  return score;
}

/** Logits of images `from` to `to` on the host. */
export async function predict(
  predictor: Predictor,
  images: ImageSet,
  from: number,
  to: number,
): Promise<{ perTask: Float32Array; joint: Float32Array }> {
  const rows = Array.from({ length: to - from }, (_, index) => from + index);
  const { perTask, joint } = tf.tidy(() =>
    predictor.logits((architecture) => networkInputs(architecture, images, rows)),
  );
  const values = (await Promise.all([perTask.data(), joint.data()])) as [Float32Array, Float32Array];
  tf.dispose([perTask, joint]);
  return { perTask: values[0], joint: values[1] };
}

async function countHits(predictor: Predictor, images: ImageSet, task: number, count: number) {
  const { classes } = predictor;
  const total = classes.reduce((sum, n) => sum + n, 0);
  const offset = classes.slice(0, task).reduce((sum, n) => sum + n, 0);
  const hits = { perTask: 0, joint: 0 };
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(count, start + batchSize);
    const logits = await predict(predictor, images, start, end);
    for (let row = 0; row < end - start; row++) {
      const label = (images.labels[start + row] ?? 0) + offset;
      const first = row * total;
      if (argmax(logits.perTask, first + offset, first + offset + (classes[task] ?? 0)) === first + label)
        hits.perTask++;
      if (argmax(logits.joint, first, first + total) === first + label) hits.joint++;
    }
  }
  return hits;
}

/** Index of the largest value in [from, to). */
function argmax(values: Float32Array, from: number, to: number): number {
  let best = from;
  for (let index = from + 1; index < to; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}
