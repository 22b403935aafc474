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
import type { MethodName, MethodRecipe } from '../recipe.ts';

export interface MergeContext {
  models: readonly Model[];
  /** One for each model, in the same order. */
  tasks: readonly TaskImages[];
  seed: number;
}

export interface TrainingPoint {
  step: number;
  /** One loss; scope "local" has one for each hidden layer. */
  losses: number[];
  /** Learning rate of the step. */
  rate: number;
}

export type MergeProgress =
  | { type: 'preparing'; note: string }
  /** Training begins; `matrices` can be read between steps until the generator ends. */
  | { type: 'started'; steps: number; matrices: MatrixReader }
  | { type: 'training'; point: TrainingPoint }
  | { type: 'accuracy'; step: number; score: Score };

export type MergeCommand = 'stop' | undefined;

export interface MergeOutcome {
  /** One plain network with a joint head; null for an ensemble, which is none. */
  model: Model | null;
  predictor(): DisposablePredictor;
  steps: number;
  learnable: number;
  /** M and U at the end, where the method has them. */
  matrices: MatrixReader | null;
}

export interface MergeCost {
  steps: number;
  /** Learnable numbers: entries of M and U, LayerNorms. */
  learnable: number;
  /** Bytes of the learnable numbers with their gradients and AdamW's two moments. */
  trainingBytes: number;
}

export interface MergeMethod<Name extends MethodName = MethodName> {
  /** What keeps the method from running on sources of these architectures with these options. */
  problems(architectures: readonly Architecture[], options: Extract<MethodRecipe, { name: Name }>): StudioError[];
  cost(
    architectures: readonly Architecture[],
    options: Extract<MethodRecipe, { name: Name }>,
    trainingImages: number,
  ): MergeCost;
  merge(
    context: MergeContext,
    options: Extract<MethodRecipe, { name: Name }>,
  ): AsyncGenerator<MergeProgress, MergeOutcome, MergeCommand>;
}

export const freeOfCost: MergeCost = { steps: 0, learnable: 0, trainingBytes: 0 };

export const classesOf = (models: readonly Model[]): number[] => models.map((model) => model.architecture.classes);
