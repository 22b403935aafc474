/**
 * Test support: the SuperNet in activation form, as the paper draws it. Every activation goes through U, all the sources'
 * layers, then M. The witness that training the SuperNet is training the folded network (docs/method.md "Fold").
 */
import * as tf from '@tensorflow/tfjs-core';
import type { VisionTransformer } from '../architectures/model.ts';
import type { Parameters } from '../network/parameters.ts';
import { parameter, weightAndBias } from '../network/parameters.ts';
import { activate } from '../ops/activation.ts';
import { attention } from '../ops/attention.ts';
import { layerNorm } from '../ops/layer-norm.ts';
import { linear } from '../ops/linear.ts';
import type { SuperNet } from '../supernet/supernet.ts';

/** Merged features `[batch, merged]` of inputs laid out as for the plain network. */
export function activationForm(supernet: SuperNet, learnable: Parameters, inputs: tf.Tensor): tf.Tensor2D {
  const { architecture } = supernet;
  if (architecture.kind === 'vit') return vit(supernet, learnable, architecture, inputs as tf.Tensor3D);
  let x = inputs as tf.Tensor2D;
  for (const layer of architecture.widths.keys()) {
    const each = layer === 0 ? copies(supernet, x) : unmerged(supernet, learnable, x, `layers.${layer - 1}.U`);
    x = activate(merged(supernet, learnable, each, `layers.${layer}`, `layers.${layer}.M`), architecture.activation);
  }
  return x;
}

function vit(supernet: SuperNet, learnable: Parameters, shape: VisionTransformer, patches: tf.Tensor3D): tf.Tensor2D {
  const [batch, count, pixels] = patches.shape;
  const leading = (shape.classToken ? 1 : 0) + shape.registers;
  const tokens = leading + count;
  const norm = (x: tf.Tensor2D, name: string) =>
    layerNorm(x, parameter(learnable, `${name}.weight`), parameter(learnable, `${name}.bias`), shape.epsilon);
  const rows = tf.reshape(patches, [batch * count, pixels]) as tf.Tensor2D;
  const embedded = supernet.sources.map((source) => {
    const patch = linear(rows, ...weightAndBias(source, 'patches'));
    const width = patch.shape[1];
    const before = ['class_token', 'registers'].flatMap((name) => {
      const own = source.get(name);
      return own ? [tf.tile(tf.reshape(own, [1, -1, width]), [batch, 1, 1])] : [];
    });
    const all = tf.concat([...before, tf.reshape(patch, [batch, count, width])], 1);
    return tf.reshape(tf.add(all, parameter<tf.Tensor2D>(source, 'positions')), [batch * tokens, width]);
  });
  let x: tf.Tensor2D = tf.matMul(
    tf.concat(embedded, 1) as tf.Tensor2D,
    supernet.matrices.dense(learnable, 'embedding.M_embed'),
  );
  if (shape.preNorm) x = norm(x, 'pre_norm');
  for (let index = 0; index < shape.blocks; index++) {
    const block = `blocks.${index}`;
    const [att, mlp] = [`${block}.attention`, `${block}.mlp`];
    const seen = unmerged(supernet, learnable, norm(x, `${block}.norm1`), `${att}.U_att`);
    const query = merged(supernet, learnable, seen, `${att}.query`, `${att}.M_q`);
    const key = merged(supernet, learnable, seen, `${att}.key`, `${att}.M_k`);
    const value = merged(supernet, learnable, seen, `${att}.value`, `${att}.M_v`);
    const mixed = attention(tf.concat2d([query, key, value], 1), { batch, tokens, heads: shape.heads });
    const out = unmerged(supernet, learnable, mixed, `${att}.U_o`);
    x = tf.add(x, merged(supernet, learnable, out, `${att}.out`, `${att}.M_o`));
    const into = unmerged(supernet, learnable, norm(x, `${block}.norm2`), `${mlp}.U_0`);
    const hidden = activate(merged(supernet, learnable, into, `${mlp}.in`, `${mlp}.M_1`), shape.activation);
    const back = unmerged(supernet, learnable, hidden, `${mlp}.U_1`);
    x = tf.add(x, merged(supernet, learnable, back, `${mlp}.out`, `${mlp}.M_2`));
  }
  const each = tf.unstack(tf.reshape(x, [batch, tokens, shape.width]), 1) as tf.Tensor2D[];
  const read = (token: number) => norm(each[token] as tf.Tensor2D, 'norm');
  if (shape.pooling === 'class-token') return read(0);
  if (shape.pooling === 'distilled') return tf.concat2d([read(0), read(leading - 1)], 1);
  return norm(tf.div(tf.addN(each.slice(leading)), count), 'norm');
}

const copies = (supernet: SuperNet, x: tf.Tensor2D): tf.Tensor2D[] => supernet.sources.map(() => x);

/** A guess of every source's feature: `x U`, cut at the sources' widths. */
function unmerged(supernet: SuperNet, learnable: Parameters, x: tf.Tensor2D, name: string): tf.Tensor2D[] {
  const { spec } = supernet.matrices.lookup(learnable)(name);
  return tf.split(tf.matMul(x, supernet.matrices.dense(learnable, name)), spec.widths, 1);
}

/** Every source's own layer on its guess, side by side, then M. */
function merged(
  supernet: SuperNet,
  learnable: Parameters,
  each: tf.Tensor2D[],
  layer: string,
  name: string,
): tf.Tensor2D {
  const outputs = each.map((x, index) => linear(x, ...weightAndBias(supernet.sources[index] as Parameters, layer)));
  return tf.matMul(tf.concat(outputs, 1) as tf.Tensor2D, supernet.matrices.dense(learnable, name));
}
