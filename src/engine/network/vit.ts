/** Forward pass of a pre-LN vision transformer (docs/method.md "Fold"). */
import * as tf from '@tensorflow/tfjs-core';
import type { VisionTransformer } from '../architectures/model.ts';
import { tokens as tokenCount } from '../architectures/model.ts';
import { activate } from '../ops/activation.ts';
import { attention } from '../ops/attention.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import { linear } from '../ops/linear.ts';
import type { Observe } from './observe.ts';
import type { Parameters } from './parameters.ts';
import { bundleName, parameter, weightAndBias } from './parameters.ts';

/** Patches `[batch, patches, channels · patch²]` → features `[batch, width]`: LayerNorm of the class token. */
export function vitFeatures(
  vit: VisionTransformer,
  parameters: Parameters,
  patches: tf.Tensor3D,
  observe?: Observe,
): tf.Tensor2D {
  const batch = patches.shape[0];
  const shape = { batch, tokens: tokenCount(vit), heads: vit.heads };
  const norm = (x: tf.Tensor2D, name: string) => {
    const [gain, bias] = weightAndBias(parameters, name) as unknown as [tf.Tensor1D, tf.Tensor1D];
    return layerNorm(x, gain, bias, vit.epsilon);
  };
  const apply = (x: tf.Tensor2D, name: string) => {
    const output = linear(x, ...weightAndBias(parameters, name));
    observe?.(name, x, output);
    return output;
  };

  let x = embed(vit, parameters, patches); // [batch · tokens, width]
  for (let index = 0; index < vit.blocks; index++) {
    const block = `blocks.${index}`;
    const seen = norm(x, `${block}.norm1`);
    const packed = queryKeyValue(vit, parameters, `${block}.attention`, seen, observe);
    x = tf.add(x, apply(attention(packed, shape), `${block}.attention.out`));
    const hidden = activate(apply(norm(x, `${block}.norm2`), `${block}.mlp.in`), vit.activation);
    x = tf.add(x, apply(hidden, `${block}.mlp.out`));
  }
  const classToken = tf.slice(tf.reshape(x, [batch, shape.tokens, vit.width]), [0, 0, 0], [batch, 1, vit.width]);
  return norm(tf.reshape(classToken, [batch, vit.width]), 'norm');
}

/** Queries, keys and values side by side, `[rows, width]` → `[rows, 3 · width]`: one product instead of three. */
function queryKeyValue(
  { width }: VisionTransformer,
  parameters: Parameters,
  attentionName: string,
  x: tf.Tensor2D,
  observe?: Observe,
): tf.Tensor2D {
  const names = ['query', 'key', 'value'].map((part) => `${attentionName}.${part}`);
  const packed = linear(x, ...packedLayer(parameters, names));
  if (observe) {
    for (const [part, name] of names.entries()) {
      observe(name, x, tf.slice(packed, [0, part * width], [x.shape[0], width]));
    }
  }
  return packed;
}

/** Weights and biases one under the other; a stacked fold has made one of them already. */
function packedLayer(parameters: Parameters, names: readonly string[]): [tf.Tensor2D, tf.Tensor1D] {
  const bundle = bundleName(names);
  if (parameters.has(`${bundle}.weight`)) return weightAndBias(parameters, bundle);
  const layers = names.map((name) => weightAndBias(parameters, name));
  const weight = tf.concat2d(
    layers.map(([own]) => own),
    0,
  );
  return [weight, tf.concat1d(layers.map(([, own]) => own))];
}

function embed(vit: VisionTransformer, parameters: Parameters, patches: tf.Tensor3D): tf.Tensor2D {
  const [batch, count, pixels] = patches.shape;
  const { width } = vit;
  const rows = linear(tf.reshape(patches, [batch * count, pixels]), ...weightAndBias(parameters, 'patches'));
  // The class token joins its position: the gradient of a token for each image would be a sum over as many slices.
  const token = tf.pad(tf.reshape(parameter(parameters, 'class_token'), [1, width]), [
    [0, count],
    [0, 0],
  ]);
  const places = tf.add(parameter<tf.Tensor2D>(parameters, 'positions'), token);
  const all = tf.concat([tf.zeros([batch, 1, width]), tf.reshape(rows, [batch, count, width])], 1);
  const placed = tf.add(all, places);
  return tf.reshape(placed, [batch * (count + 1), width]);
}
