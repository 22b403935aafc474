/** Trains one plain network on classes of labelled images: where a source of one's own comes from. */
import type { Architecture, Model } from '../architectures/model.ts';
import type { ImageFile } from '../datasets/image-file.ts';
import type { ImageSet, TaskImages } from '../datasets/images.ts';
import { taskImages } from '../datasets/task.ts';
import type { Predictor } from '../evaluation/evaluate.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { modelPredictor } from '../evaluation/predictors.ts';
import { logits } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { trainClassifier } from '../training/classifier.ts';
import { planScratch } from './plan.ts';
import type { ScratchRecipe } from './recipe.ts';

export type ScratchProgress =
  | { type: 'loss'; step: number; steps: number; loss: number }
  /** Share of the held-out images that are told right, after so many steps. */
  | { type: 'accuracy'; step: number; share: number };

export interface Trained {
  recipe: ScratchRecipe;
  model: Model;
  /** Names of the classes, in the order of the head. */
  classNames: string[];
  /** Steps taken; fewer than planned when it was stopped. */
  steps: number;
  /** Share of the file's test images that are told right. */
  accuracy: number;
  /** Test images measured. */
  images: number;
}

/** Times that accuracy is measured on the way. */
const measurements = 20;
/** Held-out images measured on the way. */
const liveImages = 500;

/**
 * A pull is a step or a measurement; `next('stop')` ends the training and keeps what is learned. Throws `StudioError` before the
 * first step when the recipe and the images do not go together, and when the loss is no number any more.
 */
export async function* trainScratch(
  recipe: ScratchRecipe,
  images: ImageFile,
): AsyncGenerator<ScratchProgress, Trained, 'stop' | undefined> {
  const { architecture, rows, classNames, steps } = planScratch(recipe, images);
  const task = taskImages(images, images.file, rows);
  const heldOut = task.validation.count > 0 ? task.validation : task.test;
  const every = Math.max(1, Math.round(steps / measurements));
  const training = trainClassifier(architecture, task.train, recipe);
  let command: 'stop' | undefined;
  let taken = 0;
  try {
    for (;;) {
      const next = await training.next(command);
      if (next.done) {
        const accuracy = await accuracyOf(next.value, task);
        return { recipe, model: next.value, classNames, steps: taken, accuracy, images: task.test.count };
      }
      const { step, loss, learned } = next.value;
      taken = step + 1;
      command = yield { type: 'loss', step, steps, loss };
      if (command === undefined && (taken % every === 0 || taken === steps)) {
        command = yield { type: 'accuracy', step: taken, share: await liveAccuracy(architecture, learned(), heldOut) };
      }
    }
  } finally {
    await training.return(undefined as never);
  }
}

/** `learned` stays the trainer's. */
async function liveAccuracy(architecture: Architecture, learned: Parameters, heldOut: ImageSet): Promise<number> {
  const predictor: Predictor = {
    classes: [architecture.classes],
    logits(inputs) {
      const joint = logits(architecture, learned, inputs(architecture));
      return { perTask: joint, joint };
    },
  };
  const task = { name: '', train: heldOut, validation: heldOut, test: heldOut };
  return (await evaluate(predictor, [task], liveImages)).joint;
}

async function accuracyOf(model: Model, task: TaskImages): Promise<number> {
  const predictor = modelPredictor(model, [model.architecture.classes]);
  try {
    return (await evaluate(predictor, [task])).joint;
  } finally {
    predictor.dispose();
  }
}
