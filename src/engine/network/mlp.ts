/** Forward pass of a perceptron. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Perceptron } from '../architectures/model.ts';
import { activate } from '../ops/activation.ts';
import { linear } from '../ops/linear.ts';
import type { Observe } from './observe.ts';
import type { Parameters } from './parameters.ts';
import { weightAndBias } from './parameters.ts';

/** Features of every hidden layer after its activation: inputs `[batch, inputs]` → `[batch, widthₗ]` each. */
export function mlpLayerFeatures(
  mlp: Perceptron,
  parameters: Parameters,
  inputs: tf.Tensor2D,
  observe?: Observe,
): tf.Tensor2D[] {
  const features: tf.Tensor2D[] = [];
  let x = inputs;
  for (const layer of mlp.widths.keys()) {
    const output = linear(x, ...weightAndBias(parameters, `layers.${layer}`));
    observe?.(`layers.${layer}`, x, output);
    x = activate(output, mlp.activation);
    features.push(x);
  }
  return features;
}

/** Features of the last hidden layer, `[batch, width]`. */
export const mlpFeatures = (
  mlp: Perceptron,
  parameters: Parameters,
  inputs: tf.Tensor2D,
  observe?: Observe,
): tf.Tensor2D => mlpLayerFeatures(mlp, parameters, inputs, observe).at(-1) ?? inputs;
