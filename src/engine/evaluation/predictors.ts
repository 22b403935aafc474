/** What can be evaluated, made from models on the host. The caller disposes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import { features, logits } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend, weightAndBias } from '../network/parameters.ts';
import { linear } from '../ops/linear.ts';
import type { Predictor } from './evaluate.ts';

export type DisposablePredictor = Predictor & { dispose(): void };

/** One plain network with a joint head; takes the parameters over. */
export function networkPredictor(
  architecture: Architecture,
  parameters: Parameters,
  classes: readonly number[],
): DisposablePredictor {
  return {
    classes,
    logits(inputs) {
      const joint = logits(architecture, parameters, inputs(architecture));
      return { perTask: joint, joint };
    },
    dispose: () => disposeAll(parameters),
  };
}

export const modelPredictor = ({ architecture, weights }: Model, classes: readonly number[]): DisposablePredictor =>
  networkPredictor(architecture, toBackend(weights), classes);

/** One source's body with every source's head on its features; it is blind to tasks whose head reads another width. */
export function sourcePredictor(models: readonly Model[], index: number): DisposablePredictor {
  const model = models[index];
  if (!model) throw new RangeError(`no source ${index}`);
  const { architecture } = model;
  const width = featureWidth(architecture);
  const blind = [...models.keys()].filter((task) => widthOf(models, task) !== width);
  const { bodies, classes, dispose } = upload(models);
  return {
    classes,
    blind,
    logits(inputs) {
      const seen = features(architecture, bodies[index] as Parameters, inputs(architecture));
      // No logit of a task that it is blind to is ever the largest.
      const nothing = (task: number) => tf.fill([seen.shape[0], classes[task] ?? 0], Number.NEGATIVE_INFINITY);
      const each = bodies.map((head, task) => (blind.includes(task) ? nothing(task) : headLogits(head, seen)));
      const joint = tf.concat(each as tf.Tensor2D[], 1);
      return { perTask: joint, joint };
    },
    dispose,
  };
}

/** All sources at once, each with its own head, logits side by side, within a task as across tasks. */
export function sideBySidePredictor(models: readonly Model[]): DisposablePredictor {
  const { bodies, classes, dispose } = upload(models);
  return {
    classes,
    logits(inputs) {
      const own = models.map(({ architecture }, index) =>
        logits(architecture, bodies[index] as Parameters, inputs(architecture)),
      );
      const joint = tf.concat(own, 1);
      return { perTask: joint, joint };
    },
    dispose,
  };
}

/**
 * All sources at once, as many times the cost of one. Per task: the mean over the sources of task i's head on each one's
 * features, where they have the head's width. Joint: each source's own logits side by side.
 */
export function ensemblePredictor(models: readonly Model[]): DisposablePredictor {
  const { bodies, classes, dispose } = upload(models);
  return {
    classes,
    logits(inputs) {
      const seen = models.map(({ architecture }, index) =>
        features(architecture, bodies[index] as Parameters, inputs(architecture)),
      );
      const mean = bodies.map((head, task) => {
        const readable = seen.filter((_, index) => widthOf(models, index) === widthOf(models, task));
        return tf.div(tf.addN(readable.map((x) => headLogits(head, x))), readable.length) as tf.Tensor2D;
      });
      const own = bodies.map((head, index) => headLogits(head, seen[index] as tf.Tensor2D));
      return { perTask: tf.concat(mean, 1), joint: tf.concat(own, 1) };
    },
    dispose,
  };
}

const widthOf = (models: readonly Model[], index: number): number => {
  const model = models[index];
  return model ? featureWidth(model.architecture) : 0;
};

const headLogits = (parameters: Parameters, x: tf.Tensor2D): tf.Tensor2D =>
  linear(x, ...weightAndBias(parameters, 'head'));

function upload(models: readonly Model[]): { bodies: Parameters[]; classes: number[]; dispose(): void } {
  const bodies = models.map((model) => toBackend(model.weights));
  const classes = models.map((model) => model.architecture.classes);
  return { bodies, classes, dispose: () => bodies.forEach(disposeAll) };
}
