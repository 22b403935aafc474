/** What a trainer needs to know of what it trains: learnable tensors, batches, losses. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';

export interface TrainingProblem {
  /** Start of every learnable tensor. */
  readonly initial: Weights;
  /** Tensors of one batch, from the rows of the training set. The trainer disposes them. */
  batch(rows: ArrayLike<number>): tf.Tensor[];
  /** One or more scalar losses; their sum is minimised. Runs inside a tidy. */
  losses(learnable: Parameters, batch: readonly tf.Tensor[]): tf.Scalar[];
}
