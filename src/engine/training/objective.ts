/** Feature reconstruction (docs/method.md "Objective"). */
import * as tf from '@tensorflow/tfjs-core';
import type { Objective } from '../recipe.ts';

/**
 * Weights `[tasks, Σ widths]` of the squared errors of one image of each task, before division by the batch.
 * `all`: mean over all blocks. Else: mean over the block of the image's own source.
 */
export function blockWeights(objective: Objective, widths: readonly number[], tasks = widths.length): tf.Tensor2D {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const rows = Array.from({ length: tasks }, (_, task) =>
    widths.flatMap((width, block) => {
      const weight = objective === 'all' ? 1 / total : block === task ? 1 / width : 0;
      return new Array<number>(width).fill(weight);
    }),
  );
  return tf.tensor2d(rows);
}

/**
 * Mean over the batch of each image's weighted squared error.
 * guess, target: `[batch, Σ widths]`; tasks: one-hot `[batch, tasks]`; weights as `blockWeights` gives them.
 */
export function reconstructionLoss(
  guess: tf.Tensor2D,
  target: tf.Tensor2D,
  tasks: tf.Tensor2D,
  weights: tf.Tensor2D,
): tf.Scalar {
  const error = tf.square(tf.sub(guess, target));
  return tf.div(tf.sum(tf.mul(error, tf.matMul(tasks, weights))), guess.shape[0]);
}
