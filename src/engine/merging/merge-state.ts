/**
 * A merge in the middle of its training, from which it goes on as if nothing had happened: the same recipe, sources and images, begun
 * from such a state, take the same steps to the same weights. What a seed gives, the order of the images for one, is not in it.
 */
import type { Weights } from '../architectures/model.ts';
import type { OptimiserState } from '../training/adamw.ts';

export interface MergeState {
  /** Stages that are over, as they ended. */
  finished: readonly FinishedStage[];
  current: TrainingState;
}

export interface FinishedStage {
  learnable: Weights;
  steps: number;
}

/** One network in training, after an update. All of it on the host. */
export interface TrainingState {
  /** Updates taken. */
  step: number;
  /** AdamW's vectors, one for each rate. */
  optimisers: readonly OptimiserState[];
  best: BestState;
  /** Lowest sum of the losses of a step so far; infinite before the first was read. */
  lowestLoss: number;
  /** Losses of steps that were taken and not told of yet. */
  untold: readonly { step: number; losses: readonly number[] }[];
}

/** Early stopping so far. */
export interface BestState {
  /** Lowest validation loss, infinite before the first measurement. */
  lowest: number;
  /** Measurements since then. */
  since: number;
  /** The learnable tensors at it; null without early stopping. */
  kept: Weights | null;
}

/** Where a merge goes on. */
export interface MergeResume {
  state: MergeState;
  /** Takes no more steps: what the state has learned is folded, as after a stop. */
  end?: boolean;
}

/** Training steps behind a state, of all stages. */
export const stepsOf = ({ finished, current }: MergeState): number =>
  finished.reduce((sum, { steps }) => sum + steps, current.step);

/** Where stage `index` goes on; null where it begins. */
export const resumeOf = (
  { resume }: { resume?: MergeResume | null },
  index: number,
): { training: TrainingState; end: boolean } | null =>
  resume && index === resume.state.finished.length
    ? { training: resume.state.current, end: resume.end ?? false }
    : null;
