/** All that is measured of one merge besides its accuracy (docs/method.md "A closer look"). */

import type { Model } from '../architectures/model.ts';
import { selectImages } from '../datasets/image-file.ts';
import type { TaskImages } from '../datasets/images.ts';
import type { Severity, Shift } from '../datasets/shift.ts';
import { severities, shiftImages, shifts } from '../datasets/shift.ts';
import { seededRandom } from '../random.ts';
import { calibrationOf } from './calibration.ts';
import type { Confusion } from './confusion.ts';
import { confusionOf } from './confusion.ts';
import type { Predictor, Score } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import type { LayerSimilarity } from './similarity.ts';
import { similarityOf } from './similarity.ts';

/** Held-out images of each task that are shifted, and whose features are compared. */
const lookedAt = 300;

export interface CloserLook {
  confusion: Confusion;
  /** Expected calibration error, jointly and within each task; null where a task has no logits. */
  calibration: { joint: number; perTask: (number | null)[] };
  /** Linear CKA of the merged network with each source on its own task, layer by layer; none for an ensemble. */
  similarity: LayerSimilarity[][];
  shifts: { shift: Shift; severity: Severity; score: Score }[];
}

/** `merged` is null for what is not one network. The sources are those of the tasks, in their order. */
export async function closerLook(
  predictor: Predictor,
  merged: Model | null,
  sources: readonly Model[],
  tasks: readonly TaskImages[],
  seed: number,
): Promise<CloserLook> {
  const { joint, perTask } = await calibrationOf(predictor, tasks);
  const similarity: LayerSimilarity[][] = [];
  for (const [task, source] of merged ? sources.entries() : []) {
    const test = tasks[task]?.test;
    if (merged && test) similarity.push(await similarityOf(merged, source, test, lookedAt));
  }
  return {
    confusion: await confusionOf(predictor, tasks),
    calibration: { joint: joint.error, perTask: perTask.map((own) => own?.error ?? null) },
    similarity,
    shifts: await underShift(predictor, tasks, seed),
  };
}

async function underShift(
  predictor: Predictor,
  tasks: readonly TaskImages[],
  seed: number,
): Promise<CloserLook['shifts']> {
  const few = tasks.map(({ test }) =>
    selectImages(
      test,
      Array.from({ length: Math.min(lookedAt, test.count) }, (_, row) => row),
    ),
  );
  const all: CloserLook['shifts'] = [];
  for (const shift of shifts) {
    for (const severity of severities) {
      // The same change for every method: its numbers come from the seed alone.
      const random = seededRandom(seed);
      const shifted = tasks.map((task, index) => ({
        ...task,
        test: shiftImages(few[index] ?? task.test, shift, severity, random),
      }));
      all.push({ shift, severity, score: await evaluate(predictor, shifted) });
    }
  }
  return all;
}
