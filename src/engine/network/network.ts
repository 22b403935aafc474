/** One plain network of either kind: features and logits, `[batch, …]`. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../architectures/model.ts';
import { linear } from '../ops/linear.ts';
import { mlpFeatures } from './mlp.ts';
import type { Observe } from './observe.ts';
import type { Parameters } from './parameters.ts';
import { weightAndBias } from './parameters.ts';
import { vitFeatures } from './vit.ts';

/** Inputs as `networkInputs` lays them out → final features `[batch, width]`. */
export function features(
  architecture: Architecture,
  parameters: Parameters,
  inputs: tf.Tensor,
  observe?: Observe,
  checkpointing = false,
): tf.Tensor2D {
  switch (architecture.kind) {
    case 'vit':
      return vitFeatures(architecture, parameters, inputs as tf.Tensor3D, observe, checkpointing);
    case 'mlp':
      return mlpFeatures(architecture, parameters, inputs as tf.Tensor2D, observe);
    default:
      throw architecture satisfies never;
  }
}

/** Logits of the head, `[batch, classes]`. */
export const logits = (architecture: Architecture, parameters: Parameters, inputs: tf.Tensor): tf.Tensor2D =>
  linear(features(architecture, parameters, inputs), ...weightAndBias(parameters, 'head'));
