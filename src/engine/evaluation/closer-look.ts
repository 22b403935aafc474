/** All that is measured of one merge besides its accuracy (docs/method.md "A closer look"). */

import type { Model } from '../architectures/model.ts';
import { selectImages } from '../datasets/image-file.ts';
import type { TaskImages } from '../datasets/images.ts';
import type { Severity, Shift } from '../datasets/shift.ts';
import { severities, shiftImages, shifts } from '../datasets/shift.ts';
import { seededRandom } from '../random.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { calibrationOf } from './calibration.ts';
import type { Confusion } from './confusion.ts';
import { confusionOf } from './confusion.ts';
import type { Predictor, Score } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import { sideBySidePredictor } from './predictors.ts';
import { reconstructionOf } from './reconstruction.ts';
import type { LayerSimilarity } from './similarity.ts';
import { similarityOf } from './similarity.ts';

/** Held-out images of each task that are shifted, and whose features are compared. */
const lookedAt = 300;

export interface CloserLook {
  confusion: Confusion;
  calibration: CalibrationErrors;
  /**
   * The sources themselves, each with its own head, their logits side by side: each knows its own task, but nothing has told
   * them how sure to be of it beside the others.
   */
  sideBySide: { score: Score; calibration: CalibrationErrors };
  /** Linear CKA of the merged network with each source on its own task, layer by layer; none for an ensemble. */
  similarity: LayerSimilarity[][];
  /**
   * How far the merged network's guess of each source's features is from them, relative to their size (docs/method.md);
   * null where there is no guess. None for an ensemble.
   */
  reconstruction: (number | null)[];
  shifts: { shift: Shift; severity: Severity; score: Score }[];
}

/** Expected calibration error, jointly and within each task; null where a task has no logits. */
export interface CalibrationErrors {
  joint: number;
  perTask: (number | null)[];
}

/** One plain network, and the U that tells its features into the sources'. */
export interface MergedNetwork {
  model: Model;
  unmerge: Weight | null;
}

/** `merged` is null for what is not one network. The sources are those of the tasks, in their order. */
export async function closerLook(
  predictor: Predictor,
  merged: MergedNetwork | null,
  sources: readonly Model[],
  tasks: readonly TaskImages[],
  seed: number,
): Promise<CloserLook> {
  const similarity: LayerSimilarity[][] = [];
  for (const [task, source] of merged ? sources.entries() : []) {
    const test = tasks[task]?.test;
    if (merged && test) similarity.push(await similarityOf(merged.model, source, test, lookedAt));
  }
  return {
    confusion: await confusionOf(predictor, tasks),
    calibration: await calibrationErrors(predictor, tasks),
    sideBySide: await sourcesSideBySide(sources, tasks),
    similarity,
    reconstruction: merged ? await reconstructionOf(merged.model, merged.unmerge, sources, tasks) : [],
    shifts: await underShift(predictor, tasks, seed),
  };
}

async function calibrationErrors(predictor: Predictor, tasks: readonly TaskImages[]): Promise<CalibrationErrors> {
  const { joint, perTask } = await calibrationOf(predictor, tasks);
  return { joint: joint.error, perTask: perTask.map((own) => own?.error ?? null) };
}

async function sourcesSideBySide(
  sources: readonly Model[],
  tasks: readonly TaskImages[],
): Promise<CloserLook['sideBySide']> {
  const predictor = sideBySidePredictor(sources);
  try {
    return { score: await evaluate(predictor, tasks), calibration: await calibrationErrors(predictor, tasks) };
  } finally {
    predictor.dispose();
  }
}

export async function underShift(
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
