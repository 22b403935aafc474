/**
 * The fold of all layers of a shape at once, forward and back (docs/method.md "Fold"): what training runs. `fold.ts` folds layer by
 * layer through automatic differentiation; it is the reference, and folds what this does not cover.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model, Weights } from '../../architectures/model.ts';
import { concatenate } from '../../architectures/model.ts';
import type { Parameters } from '../../network/parameters.ts';
import { bundleName, parameter } from '../../network/parameters.ts';
import type { MatrixKind } from '../../recipe.ts';
import type { Stacks } from '../../training/problem.ts';
import { fullFold } from './full-fold.ts';
import type { Group } from './groups.ts';
import { stackedGroups } from './groups.ts';
import { lowRankFold } from './low-rank-fold.ts';
import type { FrozenLayers, StackedForm } from './stacked-form.ts';

/** Kinds whose every matrix is of one form. */
const forms: Partial<Record<MatrixKind, StackedForm>> = {
  full: fullFold,
  diagonal: lowRankFold(['diag']),
  'low-rank': lowRankFold(['a', 'b']),
  'diagonal+low-rank': lowRankFold(['diag', 'a', 'b']),
};

interface FrozenGroup extends Group {
  frozen: FrozenLayers;
  /** Names of the stacks of M's and U's parts. */
  merge: string[];
  unmerge: string[];
}

export class StackedFold {
  /** What this fold reads, stacked. */
  readonly stacks: Stacks;

  private constructor(
    private readonly form: StackedForm,
    private readonly groups: readonly FrozenGroup[],
  ) {
    const stacks = new Map<string, string[]>();
    for (const group of groups) {
      for (const [index, part] of form.merge.entries()) {
        stacks.set(
          group.merge[index] ?? '',
          group.merges.map((name) => `${name}.${part}`),
        );
      }
      for (const [index, part] of form.unmerge.entries()) {
        stacks.set(
          group.unmerge[index] ?? '',
          group.unmerges.map((name) => `${name}.${part}`),
        );
      }
    }
    this.stacks = stacks;
  }

  /** Null where sources differ in width or the kind has no stacked form. Uploads the sources' layers; the caller disposes. */
  static of(plan: FoldPlan, bodies: readonly Model[], kind: MatrixKind): StackedFold | null {
    const form = forms[kind];
    const groups = stackedGroups(
      plan,
      bodies.map(({ architecture }) => architecture),
    );
    if (!form || !groups || groups.length === 0) return null;
    const weights = bodies.map((body) => body.weights);
    return new StackedFold(
      form,
      groups.map((group, index) => ({
        ...group,
        frozen: upload(group, weights),
        merge: form.merge.map((part) => `stack ${index} M.${part}`),
        unmerge: form.unmerge.map((part) => `stack ${index} U.${part}`),
      })),
    );
  }

  /**
   * Folded weights and biases by canonical name, of every layer that has a U, differentiable in the stacks. Layers that read one U
   * come as one: `blocks.0.attention.query+key+value.weight`, `[p·õ, d̃]`.
   */
  fold(learnable: Parameters): Map<string, tf.Tensor> {
    const folded = new Map<string, tf.Tensor>();
    for (const group of this.groups) {
      const { parts, mergedOut, mergedInto } = group.shape;
      const rows = parts * mergedOut;
      const flat = this.foldGroup(group, learnable);
      const [weights, biases] = tf.split(flat, [rows * mergedInto, rows], 1) as [tf.Tensor2D, tf.Tensor2D];
      const eachWeight = rowsOf(weights);
      const eachBias = rowsOf(biases);
      for (const [index, { layers }] of group.bundles.entries()) {
        const name = bundleName(layers);
        folded.set(`${name}.weight`, tf.reshape(eachWeight[index] as tf.Tensor, [rows, mergedInto]));
        folded.set(`${name}.bias`, eachBias[index] as tf.Tensor);
      }
    }
    return folded;
  }

  /** The learnable tensors with the stacks made of them, as training has them. */
  stack(learnable: Parameters): Parameters {
    const all = new Map(learnable);
    for (const [stack, names] of this.stacks) {
      if (!all.has(stack)) all.set(stack, tf.stack(names.map((name) => parameter(learnable, name))));
    }
    return all;
  }

  dispose(): void {
    for (const { frozen } of this.groups) tf.dispose([frozen.weights, frozen.biases]);
  }

  /** `[L, p·õ·d̃ + p·õ]`: of every bundle the folded weights, then the biases. */
  private foldGroup(group: FrozenGroup, learnable: Parameters): tf.Tensor2D {
    const { form } = this;
    const { frozen, shape } = group;
    const inputs = [...group.merge, ...group.unmerge].map((name) => parameter(learnable, name));
    const count = group.merge.length;
    return tf.customGrad((...all) => {
      const save = all.at(-1) as (tensors: tf.Tensor[]) => void;
      const given = all.slice(0, -1) as tf.Tensor[];
      const { weight, bias, kept } = form.forward(given.slice(0, count), given.slice(count), frozen, shape);
      save([...given, ...kept]);
      return {
        value: flatten(weight, bias, group),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const learned = saved.slice(0, inputs.length);
          const { merge, unmerge } = form.backward(
            unflatten(dy, group),
            learned.slice(0, count),
            learned.slice(count),
            frozen,
            shape,
            saved.slice(inputs.length),
          );
          return [...merge, ...unmerge];
        },
      };
    })(...inputs) as tf.Tensor2D;
  }
}

/** Each row alone. (The gradient of tfjs' unstack fails for one.) */
const rowsOf = (x: tf.Tensor2D): tf.Tensor[] => (x.shape[0] === 1 ? [tf.reshape(x, [x.shape[1]])] : tf.unstack(x));

/** A bundle's weights and biases under the names of its layers. */
export function unbundled(folded: ReadonlyMap<string, tf.Tensor>): Map<string, tf.Tensor> {
  const each = new Map<string, tf.Tensor>();
  for (const [name, tensor] of folded) {
    const [, path = '', layers = '', part = ''] = name.match(/^(.*\.)?([^.]*\+[^.]*)\.([^.]*)$/) ?? [];
    if (layers === '') each.set(name, tensor);
    else {
      const names = layers.split('+');
      for (const [index, own] of tf.split(tensor, names.length).entries())
        each.set(`${path}${names[index]}.${part}`, own);
    }
  }
  return each;
}

/** Part by part as the fold computes → bundle by bundle as the network reads. */
function flatten(weight: tf.Tensor, bias: tf.Tensor, { shape }: Group): tf.Tensor2D {
  const { parts, bundles, mergedOut, mergedInto } = shape;
  const byBundle = (x: tf.Tensor, size: number): tf.Tensor2D => {
    const split = tf.reshape(x, [parts, bundles, size]);
    return tf.reshape(parts === 1 ? split : tf.transpose(split, [1, 0, 2]), [bundles, parts * size]);
  };
  return tf.concat([byBundle(weight, mergedOut * mergedInto), byBundle(bias, mergedOut)], 1);
}

function unflatten(flat: tf.Tensor, { shape }: Group): { weight: tf.Tensor; bias: tf.Tensor } {
  const { parts, bundles, mergedOut, mergedInto } = shape;
  const rows = parts * mergedOut;
  const [weights, biases] = tf.split(flat, [rows * mergedInto, rows], 1) as [tf.Tensor2D, tf.Tensor2D];
  const byPart = (x: tf.Tensor, size: number): tf.Tensor => {
    const split = tf.reshape(x, [bundles, parts, size]);
    return parts === 1 ? split : tf.transpose(split, [1, 0, 2]);
  };
  return {
    weight: tf.reshape(byPart(weights, mergedOut * mergedInto), [parts * bundles, mergedOut, mergedInto]),
    bias: tf.reshape(byPart(biases, mergedOut), [parts * bundles, 1, mergedOut]),
  };
}

/** The sources' layers in the order of the stacks. */
function upload({ bundles, shape }: Group, sources: readonly Weights[]): FrozenLayers {
  const { parts, out, into } = shape;
  const weights: Float32Array[] = [];
  const biases: Float32Array[] = [];
  for (let part = 0; part < parts; part++) {
    for (const { layers } of bundles) {
      for (const source of sources) {
        weights.push(source.get(`${layers[part]}.weight`)?.values ?? new Float32Array());
        biases.push(source.get(`${layers[part]}.bias`)?.values ?? new Float32Array());
      }
    }
  }
  const count = bundles.length * sources.length;
  return {
    weights: tf.tensor4d(concatenate(weights), [parts, count, out, into]),
    biases: tf.tensor3d(concatenate(biases), [parts * bundles.length, 1, sources.length * out]),
  };
}
