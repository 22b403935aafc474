/**
 * What every merge method looks like from outside: a generator that yields progress and returns a merged model.
 * Pause is not pulling; stop is `next('stop')`, after which a method returns what it has.
 */
import type { Architecture, Model } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import type { StudioError } from '../errors.ts';
import type { Score } from '../evaluation/evaluate.ts';
import type { DisposablePredictor } from '../evaluation/predictors.ts';
import type { MatrixReader } from '../inspection/matrices.ts';
import type { AlignmentOptions, MethodName, MethodRecipe } from '../recipe.ts';
import type { SavedSuperNet } from '../supernet/saved.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Crew } from '../training/crew.ts';
import type { NamedArchitecture } from './compatibility.ts';
import type { MergeResume, MergeState } from './merge-state.ts';

export interface MergeContext {
  models: readonly Model[];
  /** One for each model, in the same order. */
  tasks: readonly TaskImages[];
  alignment: AlignmentOptions;
  /** What the method needs besides the sources. */
  material: Material | null;
  seed: number;
  /** Threads to train on besides this one, if any. */
  crew?: Crew | null;
  /** Where a merge that trains goes on; it begins without. */
  resume?: MergeResume | null;
}

/** Files besides the sources that a method names, read: a warm start's, or the base that task vectors start from. */
export type Material = { from: 'supernet'; saved: SavedSuperNet } | { from: 'target' | 'base'; model: Model };

export interface TrainingPoint {
  step: number;
  /** One loss; scope "local" has one for each hidden layer. */
  losses: number[];
  /** Learning rate of the step. */
  rate: number;
}

export type MergeProgress =
  | { type: 'preparing'; note: string }
  /** Training begins, or goes on with another source; `matrices` can be read between steps until the next of these. */
  | {
      type: 'started';
      steps: number;
      matrices: MatrixReader | null;
      /** Where the merge could go on from; to be asked when a step has just been told (`training`), and at no other time. */
      state: () => Promise<MergeState>;
    }
  | { type: 'training'; point: TrainingPoint }
  | { type: 'accuracy'; step: number; score: Score }
  /** Losses on the validation images, as those of a training step, and their sum on the images of each task so far. */
  | { type: 'validation'; step: number; losses: number[]; perTask: number[] };

export type MergeCommand = 'stop' | undefined;

export interface MergeOutcome {
  /** One plain network with a joint head; null for an ensemble, which is none. */
  model: Model | null;
  /**
   * The last U of `model`, `[merged, Σ widths]`: its features → a guess of every source's. Null: the features are the guess.
   */
  unmerge: Weight | null;
  predictor(): DisposablePredictor;
  steps: number;
  learnable: number;
  /** M, U and LayerNorms at the end, where the method has them. */
  supernet: SavedSuperNet | null;
}

export interface MergeCost {
  steps: number;
  /** Learnable numbers: entries of M and U, LayerNorms. Sequential: of the largest stage. */
  learnable: number;
  /** Multiply-adds of the matrix products of one training step. Sequential: of the last stage. */
  stepMacs: number;
  /** The same of the whole training. */
  totalMacs: number;
  /** Bytes on the backend of the largest stage. */
  memory: MemoryCost;
}

export interface MemoryCost {
  /** The sources' weights. */
  sources: number;
  /** The learnable numbers, AdamW's copy of them and its two moments. */
  learnable: number;
  /** What a step adds at most: folded weights, activations, gradients. */
  step: number;
  /** The largest single tensor among all of these. */
  largest: number;
}

/** What a recipe says besides the method's own options, as far as problems and cost depend on it. */
export interface MergeSetting {
  /** Training images of each task, augmented ones among them. */
  images: readonly number[];
  alignment: AlignmentOptions;
}

export interface MergeMethod<Name extends MethodName = MethodName> {
  /** What keeps the method from running on sources of these architectures with these options. */
  problems(
    sources: readonly NamedArchitecture[],
    options: Extract<MethodRecipe, { name: Name }>,
    alignment: AlignmentOptions,
    material: Material | null,
  ): StudioError[];
  cost(
    architectures: readonly Architecture[],
    options: Extract<MethodRecipe, { name: Name }>,
    setting: MergeSetting,
  ): MergeCost;
  merge(
    context: MergeContext,
    options: Extract<MethodRecipe, { name: Name }>,
  ): AsyncGenerator<MergeProgress, MergeOutcome, MergeCommand>;
}

export const freeOfCost: MergeCost = {
  steps: 0,
  learnable: 0,
  stepMacs: 0,
  totalMacs: 0,
  memory: { sources: 0, learnable: 0, step: 0, largest: 0 },
};

export const classesOf = (models: readonly Model[]): number[] => models.map((model) => model.architecture.classes);
