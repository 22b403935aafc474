/** Training one plain network on labelled images, from scratch: where small sources come from. */
import * as tf from '@tensorflow/tfjs-core';
import { initialModel } from '../architectures/initial-weights.ts';
import type { Architecture, Model } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { logits } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { toHost } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { adamWDefaults } from './adamw.ts';
import type { TrainingProblem } from './problem.ts';
import { oneCycle } from './schedule.ts';
import { batches, countSteps } from './steps.ts';
import { Trainer } from './trainer.ts';

export interface ClassifierOptions {
  epochs: number;
  batchSize: number;
  /** Highest learning rate of a one-cycle schedule. */
  learningRate: number;
  weightDecay: number;
  /** Decides the initial weights and the order of the images. */
  seed: number;
}

export interface ClassifierPoint {
  /** From 0 to `steps − 1`. */
  step: number;
  steps: number;
  /** Cross-entropy of the step's batch before its update. */
  loss: number;
  /** The network after the update, valid until the next step. */
  learned(): Parameters;
}

interface Batch {
  inputs: tf.Tensor;
  /** One-hot labels, `[batch, classes]`. */
  labels: tf.Tensor2D;
}

/** Trains with AdamW on cross-entropy. `next('stop')` ends it early and returns what is learned so far. */
export async function* trainClassifier(
  architecture: Architecture,
  images: ImageSet,
  options: ClassifierOptions,
): AsyncGenerator<ClassifierPoint, Model, 'stop' | undefined> {
  const { weights } = initialModel(architecture, seededRandom(options.seed));
  const trainer = new Trainer(classification(architecture, images, weights), {
    ...adamWDefaults,
    weightDecay: options.weightDecay,
  });
  try {
    const steps = countSteps(options, images.count);
    const rate = oneCycle(options.learningRate, steps);
    let step = 0;
    for (const rows of batches(images.count, options, options.seed)) {
      const [loss = Number.NaN] = await trainer.step(rows, { rate: rate(step), diagonal: 0 });
      const command = yield { step, steps, loss, learned: () => trainer.learnable };
      if (command === 'stop') break;
      step++;
    }
    return { architecture, weights: await toHost(trainer.learnable) };
  } finally {
    trainer.dispose();
  }
}

/** Mean cross-entropy of the softmax over the head's classes. */
const classification = (
  architecture: Architecture,
  images: ImageSet,
  initial: Model['weights'],
): TrainingProblem<Batch> => ({
  initial,
  batch: (rows) => ({
    inputs: networkInputs(architecture, images, Array.from(rows)),
    labels: oneHot(images, rows, architecture.classes),
  }),
  losses(learnable, { inputs, labels }) {
    const likelihood = tf.logSoftmax(logits(architecture, learnable, inputs));
    return [tf.neg(tf.mean(tf.sum(tf.mul(likelihood, labels), -1))) as tf.Scalar];
  },
});

function oneHot({ labels }: ImageSet, rows: ArrayLike<number>, classes: number): tf.Tensor2D {
  const values = new Float32Array(rows.length * classes);
  for (let index = 0; index < rows.length; index++) values[index * classes + (labels[rows[index] ?? 0] ?? 0)] = 1;
  return tf.tensor2d(values, [rows.length, classes]);
}
