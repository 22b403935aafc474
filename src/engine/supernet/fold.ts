/**
 * The fold: sources' weights and M, U → the weights of one plain network, differentiable in M and U
 * (docs/method.md "Fold"; the paper's section on folding). `W̃ = Σᵢ Mᵢᵀ Wᵢ Uᵢᵀ`, `b̃ = Σᵢ bᵢ Mᵢ`.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldedParameter, FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import type { Parameters } from '../network/parameters.ts';
import { parameter, weightAndBias } from '../network/parameters.ts';
import type { MatrixForm, MatrixParameters } from './matrix-kind.ts';

/** Looks one M or U up by its name in the plan. */
export type MatrixLookup = (name: string) => { spec: MatrixSpec; form: MatrixForm; parameters: MatrixParameters };

/** All folded parameters, by canonical name; LayerNorms and head are not among them. */
export function foldBody(
  plan: FoldPlan,
  sources: readonly Parameters[],
  matrices: MatrixLookup,
): Map<string, tf.Tensor> {
  const folded = new Map<string, tf.Tensor>();
  for (const entry of plan.folded) {
    switch (entry.kind) {
      case 'linear': {
        const layer = foldLinear(entry, sources, matrices);
        folded.set(entry.weight, layer.weight).set(entry.bias, layer.bias);
        break;
      }
      case 'rows':
        folded.set(entry.name, foldRows(entry.name, entry.merge, sources, matrices));
        break;
      default:
        throw entry satisfies never;
    }
  }
  return folded;
}

/** The joint head: rows of task 1 first, then task 2, …; `head̃ᵢ = (Vᵢ Uᵢᵀ, cᵢ)`. */
export function foldHead(
  { head }: FoldPlan,
  tasks: readonly Parameters[],
  matrices: MatrixLookup,
): Map<string, tf.Tensor> {
  const { spec, form, parameters } = matrices(head.unmerge);
  const weights = tasks.map((task, index) =>
    form.unmergeWeights(parameters, parameter(task, head.weight), index, spec),
  );
  const biases = tasks.map((task) => parameter<tf.Tensor1D>(task, head.bias));
  return new Map<string, tf.Tensor>([
    [head.weight, tf.concat(weights, 0)],
    [head.bias, tf.concat(biases, 0)],
  ]);
}

function foldLinear(
  entry: Extract<FoldedParameter, { kind: 'linear' }>,
  sources: readonly Parameters[],
  matrices: MatrixLookup,
): { weight: tf.Tensor2D; bias: tf.Tensor1D } {
  const layer = entry.weight.replace(/\.weight$/, '');
  const merge = matrices(entry.merge);
  const unmerge = entry.unmerge === null ? null : matrices(entry.unmerge);
  const rows = sources.map((source, index) => {
    const [weight] = weightAndBias(source, layer);
    return unmerge ? unmerge.form.unmergeWeights(unmerge.parameters, weight, index, unmerge.spec) : weight;
  });
  const biases = sources.map((source) => parameter<tf.Tensor1D>(source, entry.bias));
  const weight = merge.form.mergeWeights(merge.parameters, tf.concat(rows, 0), merge.spec);
  const bias = merge.form.mergeFeatures(merge.parameters, tf.reshape(tf.concat(biases, 0), [1, -1]), merge.spec);
  return { weight, bias: tf.reshape(bias, [merge.spec.merged]) };
}

function foldRows(name: string, merge: string, sources: readonly Parameters[], matrices: MatrixLookup): tf.Tensor {
  const { spec, form, parameters } = matrices(merge);
  const rows = sources.map((source, index) => tf.reshape(parameter(source, name), [-1, spec.widths[index] ?? 0]));
  const merged = form.mergeFeatures(parameters, tf.concat(rows, 1) as tf.Tensor2D, spec);
  const rank = sources[0] ? parameter(sources[0], name).rank : 2;
  return rank === 1 ? tf.reshape(merged, [spec.merged]) : merged;
}
