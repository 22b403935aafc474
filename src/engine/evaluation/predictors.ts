/** What can be evaluated, made from models on the host. The caller disposes. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Model } from '../architectures/model.ts';
import { linear } from '../network/layers.ts';
import { features, logits } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend, weightAndBias } from '../network/parameters.ts';
import type { Predictor } from './evaluate.ts';

export type DisposablePredictor = Predictor & { dispose(): void };

/** One plain network with a joint head; takes the parameters over. */
export function networkPredictor(
  architecture: Architecture,
  parameters: Parameters,
  classes: readonly number[],
): DisposablePredictor {
  return {
    architecture,
    classes,
    logits(inputs) {
      const joint = logits(architecture, parameters, inputs);
      return { perTask: joint, joint };
    },
    dispose: () => disposeAll(parameters),
  };
}

export const modelPredictor = ({ architecture, weights }: Model, classes: readonly number[]): DisposablePredictor =>
  networkPredictor(architecture, toBackend(weights), classes);

/** One source's body with every source's head on its features. */
export function sourcePredictor(models: readonly Model[], index: number): DisposablePredictor {
  const model = models[index];
  if (!model) throw new RangeError(`no source ${index}`);
  const { bodies, classes, dispose } = upload(models);
  const body = bodies[index] as Parameters;
  return {
    architecture: model.architecture,
    classes,
    logits(inputs) {
      const seen = features(model.architecture, body, inputs);
      const joint = tf.concat(
        bodies.map((parameters) => headLogits(parameters, seen)),
        1,
      );
      return { perTask: joint, joint };
    },
    dispose,
  };
}

/**
 * All sources at once, as many times the cost of one. Per task: the mean over the sources of task i's head on each one's
 * features. Joint: each source's own logits side by side.
 */
export function ensemblePredictor(models: readonly Model[]): DisposablePredictor {
  const [first] = models;
  if (!first) throw new RangeError('no sources');
  const { bodies, classes, dispose } = upload(models);
  return {
    architecture: first.architecture,
    classes,
    logits(inputs) {
      const seen = models.map((model, index) => features(model.architecture, bodies[index] as Parameters, inputs));
      const mean = bodies.map(
        (head) => tf.div(tf.addN(seen.map((x) => headLogits(head, x))), seen.length) as tf.Tensor2D,
      );
      const own = bodies.map((head, index) => headLogits(head, seen[index] as tf.Tensor2D));
      return { perTask: tf.concat(mean, 1), joint: tf.concat(own, 1) };
    },
    dispose,
  };
}

const headLogits = (parameters: Parameters, x: tf.Tensor2D): tf.Tensor2D =>
  linear(x, ...weightAndBias(parameters, 'head'));

function upload(models: readonly Model[]): { bodies: Parameters[]; classes: number[]; dispose(): void } {
  const bodies = models.map((model) => toBackend(model.weights));
  const classes = models.map((model) => model.architecture.classes);
  return { bodies, classes, dispose: () => bodies.forEach(disposeAll) };
}
