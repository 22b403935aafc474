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
import type { FrozenLayers } from '../../ops/fold/fold-shape.ts';
import { pieces } from '../../ops/pieces.ts';
import type { MatrixKind } from '../../recipe.ts';
import type { Stacks } from '../../training/problem.ts';
import type { StackedForm } from './forms.ts';
import { stackedForms } from './forms.ts';
import type { Group } from './groups.ts';
import { stackedGroups } from './groups.ts';

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
    const form = stackedForms[kind];
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
      const shapes = group.bundles.flatMap(() => [[rows, mergedInto], [rows]]);
      const tensors = pieces(this.foldGroup(group, learnable), shapes);
      for (const [index, { layers }] of group.bundles.entries()) {
        const name = bundleName(layers);
        folded.set(`${name}.weight`, tensors[2 * index] as tf.Tensor);
        folded.set(`${name}.bias`, tensors[2 * index + 1] as tf.Tensor);
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

  /** The folded layers of a group, `[L · (p·õ·d̃ + p·õ)]`. */
  private foldGroup(group: FrozenGroup, learnable: Parameters): tf.Tensor1D {
    const { form } = this;
    const { frozen, shape } = group;
    const inputs = [...group.merge, ...group.unmerge].map((name) => parameter(learnable, name));
    return tf.customGrad((...all) => {
      const save = all.at(-1) as (tensors: tf.Tensor[]) => void;
      const learned = all.slice(0, -1) as tf.Tensor[];
      const [value, ...kept] = form.fold(learned, frozen, shape);
      save([...learned, ...kept]);
      return {
        value,
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
          form.gradient(dy, saved.slice(0, inputs.length), frozen, shape, saved.slice(inputs.length)),
      };
    })(...inputs) as tf.Tensor1D;
  }
}

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
