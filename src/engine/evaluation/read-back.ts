/** Proof that an exported file is the merged model: read it like any checkpoint, measure it, compare its logits. */
import { loadModel, recogniseSource } from '../architectures/source.ts';
import type { TaskImages } from '../datasets/images.ts';
import { readCheckpoint } from '../formats/detect.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import type { Predictor, Score } from './evaluate.ts';
import { evaluate, predict } from './evaluate.ts';
import { modelPredictor } from './predictors.ts';

/** Test images of each task whose logits are compared. */
const comparedImages = 250;

export interface ReadBack {
  score: Score;
  /** Largest absolute difference of a joint logit from the original's. */
  largestLogitDifference: number;
}

export async function readBack(
  file: NamedSource,
  original: Predictor,
  tasks: readonly TaskImages[],
): Promise<ReadBack> {
  const model = await loadModel(recogniseSource(await readCheckpoint(file)));
  const predictor = modelPredictor(model, original.classes);
  try {
    const score = await evaluate(predictor, tasks);
    let largest = 0;
    for (const { test } of tasks) {
      const end = Math.min(comparedImages, test.count);
      const [ours, theirs] = [await predict(original, test, 0, end), await predict(predictor, test, 0, end)];
      for (const [index, logit] of ours.joint.entries()) {
        largest = Math.max(largest, Math.abs(logit - (theirs.joint[index] ?? Number.NaN)));
      }
    }
    return { score, largestLogitDifference: largest };
  } finally {
    predictor.dispose();
  }
}
