/** The losses on the validation images while a network is trained. */
import * as tf from '@tensorflow/tfjs-core';
import { TrainingSet } from '../datasets/training-set.ts';
import type { Parameters } from '../network/parameters.ts';
import type { DataProblem } from '../training/problem.ts';
import type { StageProblem, StageTraining, TrainingOptions } from './train.ts';

export interface ValidationLosses {
  /** On all images, as many as a training step has. */
  losses: number[];
  /** Their sum on the images of each task. */
  perTask: number[];
}

/** The losses on the validation images, scaled as in training; null where a task has none. */
export async function validationOf(
  stage: StageTraining,
  { batchSize }: TrainingOptions,
  { scales = null }: StageProblem,
  hold: (problem: DataProblem) => DataProblem,
): Promise<((learnable: Parameters) => Promise<ValidationLosses>) | null> {
  const sets = stage.tasks.map((task) => task.validation);
  if (sets.some(({ count }) => count === 0)) return null;
  const data = new TrainingSet(sets);
  const problem = hold(await stage.problem(data, scales));
  return (learnable) => validationLosses(problem, learnable, data.starts, batchSize);
}

/** `starts`: the first row of each task, and the end. */
async function validationLosses(
  problem: DataProblem,
  learnable: Parameters,
  starts: readonly number[],
  batchSize: number,
): Promise<ValidationLosses> {
  const count = starts.at(-1) ?? 0;
  const losses: number[] = [];
  const perTask: number[] = [];
  for (const [task, end] of starts.slice(1).entries()) {
    const from = starts[task] ?? 0;
    const own = await meanLosses(problem, learnable, from, end, batchSize);
    perTask.push(own.reduce((sum, loss) => sum + loss, 0));
    for (const [term, loss] of own.entries()) losses[term] = (losses[term] ?? 0) + (loss * (end - from)) / count;
  }
  return { losses, perTask };
}

/** Losses over the rows `from` to `to`: the mean of the batches', each by its rows. */
async function meanLosses(
  problem: DataProblem,
  learnable: Parameters,
  from: number,
  to: number,
  batchSize: number,
): Promise<number[]> {
  const sums: number[] = [];
  for (let start = from; start < to; start += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, to - start) }, (_, index) => start + index);
    const batch = problem.batch(rows);
    const losses = tf.tidy(() => tf.stack(problem.losses(learnable, batch)));
    tf.dispose(batch as tf.TensorContainer);
    const values = (await losses.data()) as Float32Array;
    losses.dispose();
    for (const [term, loss] of values.entries()) sums[term] = (sums[term] ?? 0) + (loss * rows.length) / (to - from);
  }
  return sums;
}
