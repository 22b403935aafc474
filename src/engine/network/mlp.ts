/** Forward pass of a perceptron. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Perceptron } from '../architectures/model.ts';
import { activate, linear } from './layers.ts';
import type { Parameters } from './parameters.ts';
import { weightAndBias } from './parameters.ts';

/** Features of every hidden layer after its activation: inputs `[batch, inputs]` → `[batch, widthₗ]` each. */
export function mlpLayerFeatures(mlp: Perceptron, parameters: Parameters, inputs: tf.Tensor2D): tf.Tensor2D[] {
  const features: tf.Tensor2D[] = [];
  let x = inputs;
  for (const layer of mlp.widths.keys()) {
    x = activate(linear(x, ...weightAndBias(parameters, `layers.${layer}`)), mlp.activation);
    features.push(x);
  }
  return features;
}

/** Features of the last hidden layer, `[batch, width]`. */
export const mlpFeatures = (mlp: Perceptron, parameters: Parameters, inputs: tf.Tensor2D): tf.Tensor2D =>
  mlpLayerFeatures(mlp, parameters, inputs).at(-1) ?? inputs;
