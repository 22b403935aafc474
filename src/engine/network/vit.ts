/** Forward pass of a pre-LN vision transformer (docs/method.md "Fold"). */
import * as tf from '@tensorflow/tfjs-core';
import type { VisionTransformer } from '../architectures/model.ts';
import { leadingTokens, tokens as tokenCount } from '../architectures/model.ts';
import { activate } from '../ops/activation.ts';
import { attention } from '../ops/attention.ts';
import { checkpoint } from '../ops/checkpoint.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import { linear } from '../ops/linear.ts';
import type { Observe } from './observe.ts';
import type { Parameters } from './parameters.ts';
import { bundleName, parameter, weightAndBias } from './parameters.ts';

/**
 * Patches `[batch, patches, channels · patch²]` → features `[batch, featureWidth]` (`Pooling` says which). With `checkpointing` the
 * gradient computes each block's activations again, and no block is observed.
 */
export function vitFeatures(
  vit: VisionTransformer,
  parameters: Parameters,
  patches: tf.Tensor3D,
  observe?: Observe,
  checkpointing = false,
): tf.Tensor2D {
  const batch = patches.shape[0];
  const norm = (own: tf.Tensor2D, name: string) => normalise(vit, parameters, own, name);
  let x = embed(vit, parameters, patches); // [batch · tokens, width]
  if (vit.preNorm) x = norm(x, 'pre_norm');
  for (let index = 0; index < vit.blocks; index++) {
    const block = `blocks.${index}`;
    x = checkpointing ? blockAgain(vit, parameters, block, x) : runBlock(vit, parameters, block, x, observe);
  }
  return pool(vit, tf.reshape(x, [batch, tokenCount(vit), vit.width]), (own) => norm(own, 'norm'));
}

/** Tokens of all images through one block, `[batch · tokens, width]`. */
function runBlock(
  vit: VisionTransformer,
  parameters: Parameters,
  block: string,
  x: tf.Tensor2D,
  observe?: Observe,
): tf.Tensor2D {
  const tokens = tokenCount(vit);
  const shape = { batch: x.shape[0] / tokens, tokens, heads: vit.heads };
  const apply = (input: tf.Tensor2D, name: string) => {
    const output = linear(input, ...weightAndBias(parameters, name));
    observe?.(name, input, output);
    return output;
  };
  const seen = normalise(vit, parameters, x, `${block}.norm1`);
  const packed = queryKeyValue(vit, parameters, `${block}.attention`, seen, observe);
  const attended = tf.add<tf.Tensor2D>(x, apply(attention(packed, shape), `${block}.attention.out`));
  const inner = apply(normalise(vit, parameters, attended, `${block}.norm2`), `${block}.mlp.in`);
  return tf.add(attended, apply(activate(inner, vit.activation), `${block}.mlp.out`));
}

/** The same; what the gradient needs of it is computed again. */
function blockAgain(vit: VisionTransformer, parameters: Parameters, block: string, x: tf.Tensor2D): tf.Tensor2D {
  const own = [...parameters].filter(([name]) => name.startsWith(`${block}.`));
  const run = (input: tf.Tensor, ...tensors: tf.Tensor[]) =>
    runBlock(
      vit,
      new Map(own.map(([name], index) => [name, tensors[index] as tf.Tensor] as const)),
      block,
      input as tf.Tensor2D,
    );
  return checkpoint(run as (...inputs: tf.Tensor[]) => tf.Tensor2D, [x, ...own.map(([, tensor]) => tensor)]);
}

function normalise(vit: VisionTransformer, parameters: Parameters, x: tf.Tensor2D, name: string): tf.Tensor2D {
  const [gain, bias] = weightAndBias(parameters, name) as unknown as [tf.Tensor1D, tf.Tensor1D];
  return layerNorm(x, gain, bias, vit.epsilon);
}

/** What the head reads of the last tokens, `[batch, tokens, width]` → `[batch, featureWidth]`. */
function pool(vit: VisionTransformer, x: tf.Tensor3D, norm: (x: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D {
  const [batch, count, width] = x.shape;
  const leading = leadingTokens(vit);
  const token = (index: number) => tf.slice(x, [0, index, 0], [batch, 1, width]);
  switch (vit.pooling) {
    case 'class-token':
      return norm(tf.reshape(token(0), [batch, width]));
    case 'mean':
      return norm(tf.mean(tf.slice(x, [0, leading, 0], [batch, count - leading, width]), 1));
    case 'distilled': {
      const both = tf.concat([token(0), token(leading - 1)], 1);
      return tf.reshape(norm(tf.reshape(both, [2 * batch, width])), [batch, 2 * width]);
    }
    default:
      throw vit.pooling satisfies never;
  }
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
  const leading = leadingTokens(vit);
  const positions = parameter<tf.Tensor2D>(parameters, 'positions');
  const rows = linear(tf.reshape(patches, [batch * count, pixels]), ...weightAndBias(parameters, 'patches'));
  const embedded = tf.reshape(rows, [batch, count, width]);
  if (leading === 0) return tf.reshape(tf.add(embedded, positions), [batch * count, width]);
  // Leading tokens join their positions: the gradient of a token for each image would be a sum over as many slices.
  const tokens = tf.pad(leadingRows(vit, parameters), [
    [0, count],
    [0, 0],
  ]);
  const places = tf.add(positions, tokens);
  const all = tf.concat([tf.zeros([batch, leading, width]), embedded], 1);
  const placed = tf.add(all, places);
  return tf.reshape(placed, [batch * (count + leading), width]);
}

/** Class token and registers, as far as there are any: `[leading, width]`. */
function leadingRows({ classToken, registers, width }: VisionTransformer, parameters: Parameters): tf.Tensor2D {
  const first = classToken ? tf.reshape<tf.Rank.R2>(parameter(parameters, 'class_token'), [1, width]) : null;
  const others = registers > 0 ? parameter<tf.Tensor2D>(parameters, 'registers') : null;
  return first && others ? tf.concat2d([first, others], 0) : ((first ?? others) as tf.Tensor2D);
}
