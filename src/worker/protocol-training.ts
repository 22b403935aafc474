/** What crosses about networks that are trained here, to become sources. */
import type { StudioErrorInfo } from '../engine/errors.ts';
import type { ScratchRecipe } from '../engine/scratch/recipe.ts';

export type { ScratchRecipe } from '../engine/scratch/recipe.ts';

export interface NamedTraining {
  /** Of the checkpoint, without its ending. */
  name: string;
  recipe: ScratchRecipe;
}

/** What a training takes, before it starts. */
export interface TrainingPlan {
  parameters: number;
  steps: number;
  /** Images that it learns, that are held out of these, and of the file's test part. */
  images: { train: number; heldOut: number; test: number };
}

export interface TrainingCheck {
  /** For each recipe what keeps it from running; null where nothing does. */
  problems: (StudioErrorInfo | null)[];
  /** Null where there is a problem. */
  plans: (TrainingPlan | null)[];
}

/** What is new of one network since the last event. */
export interface TrainingNews {
  steps: number;
  /** Cross-entropy of each step, from step 0. */
  losses: { step: number; loss: number }[];
  /** Accuracy on held-out images after so many steps, 0 to 1. */
  accuracies: { step: number; share: number }[];
}

/** At most about 20 a second; one entry for each network, in the order of the recipes. */
export interface TrainingEvent {
  type: 'sources';
  networks: TrainingNews[];
  secondsLeft: number;
}

export interface TrainedSource {
  /** File name of the checkpoint. */
  name: string;
  blob: Blob;
  /** Accuracy on the file's test images, 0 to 1. */
  accuracy: number;
  /** Test images measured. */
  images: number;
  /** Steps taken; fewer than planned when it was stopped. */
  steps: number;
}
