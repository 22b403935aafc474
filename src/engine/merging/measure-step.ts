/** How long a training step takes here, found by taking a few. */

import type { ImageSet, TaskImages } from '../datasets/images.ts';
import type { MethodRecipe } from '../recipe.ts';
import type { MergeContext } from './method.ts';
import { mergeMethod } from './registry.ts';

/** Steps that are not counted: kernels are compiled and memory is taken then. */
const warmUp = 4;
/** Enough of them for a median, unless they take long; in seconds. */
const counted = 9;
const patience = 1.5;

type Training = Extract<MethodRecipe, { epochs: number }>;

/**
 * Median seconds of a training step of this merge, from its first steps on one batch of its images. Source by source it is a step of
 * the first stage; each stage trains two bodies, so that steps of later ones take about as long. Null when `cancelled` says so on the
 * way.
 */
export async function measureStep(
  context: MergeContext,
  method: Training,
  cancelled: () => Promise<boolean>,
): Promise<number | null> {
  const small = { ...context, tasks: oneBatch(context.tasks, method.batchSize) };
  // At rate 0 a step takes as long, and no rate of a recipe can make it diverge.
  const still = { learningRate: 0, epochs: warmUp + counted, evaluateEvery: 0, patience: null };
  const options =
    'diagonalLearningRate' in method ? { ...method, ...still, diagonalLearningRate: null } : { ...method, ...still };
  const merging = mergeMethod(method.name).merge(small, options);
  const times: number[] = [];
  try {
    for (let steps = 0; steps < warmUp + counted; ) {
      const started = performance.now();
      const next = await merging.next();
      if (await cancelled()) return null;
      if (next.done) break;
      if (next.value.type !== 'training') continue;
      if (++steps > warmUp) times.push((performance.now() - started) / 1000);
      if (times.reduce((sum, time) => sum + time, 0) > patience) break;
    }
  } finally {
    await merging.return(undefined as never);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? null;
}

/** Of each task the images that a batch has of it. */
function oneBatch(tasks: readonly TaskImages[], batchSize: number): TaskImages[] {
  const images = tasks.reduce((sum, { train }) => sum + train.count, 0);
  const share = Math.min(1, batchSize / images);
  return tasks.map((task) => ({
    ...task,
    train: firstOf(task.train, Math.max(1, Math.round(task.train.count * share))),
    validation: firstOf(task.validation, 0),
  }));
}

function firstOf({ shape, pixels, labels }: ImageSet, count: number): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  return { count, shape, pixels: pixels.subarray(0, count * size), labels: labels.subarray(0, count) };
}
