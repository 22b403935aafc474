/** What a trainer needs to know of what it trains: learnable tensors, batches, losses. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';

/** `Batch` holds the tensors of one batch, in whatever order its problem likes. */
export interface TrainingProblem<Batch = unknown> {
  /** Start of every learnable tensor. */
  readonly initial: Weights;
  /** The batch of these rows of the training set. The caller disposes its tensors. */
  batch(rows: ArrayLike<number>): Batch;
  /** One or more scalar losses; their sum is minimised. Runs inside a tidy. */
  losses(learnable: Parameters, batch: Batch): tf.Scalar[];
}

/** A problem over a training set, with tensors of its own. */
export interface DataProblem<Batch = unknown> extends TrainingProblem<Batch> {
  dispose(): void;
}
