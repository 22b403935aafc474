/** A network that is trained to have other networks' features: a SuperNet, or a plain student. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Model } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import type { Stacks } from './problem.ts';

export interface Trainable {
  /** The plain network that it is at every step, with the classes of all tasks. */
  readonly architecture: Architecture;
  /** Widths of the features that `unmerge` guesses, one for each task. */
  readonly guessed: readonly number[];
  /** Learnable tensors that `fold` takes as one, under the stack's name; it takes them one by one too. */
  readonly stacks: Stacks;
  /** Body of the plain network, differentiable in the learnable tensors. */
  fold(learnable: Parameters): Map<string, tf.Tensor>;
  /** Merged features `[batch, merged]` → a guess of every task's source's, side by side: `[batch, Σ widths]`. */
  unmerge(learnable: Parameters, features: tf.Tensor2D): tf.Tensor2D;
  /** The plain network with a joint head. The caller disposes it. */
  foldedNetwork(learnable: Parameters): Parameters;
  /** Weights of this model's body that are on the backend already, or null. */
  held(model: Model): Parameters | null;
}
