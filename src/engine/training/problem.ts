/** What a trainer needs to know of what it trains: learnable tensors, batches, losses. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';

/** Name of a stack → names of the tensors in it, in order. */
export type Stacks = ReadonlyMap<string, readonly string[]>;

/** `Batch` holds the tensors of one batch, in whatever order its problem likes. */
export interface TrainingProblem<Batch = unknown> {
  /** Start of every learnable tensor. */
  readonly initial: Weights;
  /**
   * Learnable tensors of one shape that `losses` gets as one, `[count, …shape]`, under the stack's name and not under their own.
   * Adam's vector holds them together, so a stack is one slice of it.
   */
  readonly stacks?: Stacks;
  /** The batch of these rows of the training set. The caller disposes its tensors. */
  batch(rows: ArrayLike<number>): Batch;
  /** One or more scalar losses; their sum is minimised. Runs inside a tidy. */
  losses(learnable: Parameters, batch: Batch): tf.Scalar[];
}

/** A problem over a training set, with tensors of its own. */
export interface DataProblem<Batch = unknown> extends TrainingProblem<Batch> {
  dispose(): void;
}
