/**
 * Scope `local`, for perceptrons: each hidden layer alone, on the sources' own features (docs/method.md "Objective"):
 * `min ‖ act([f_{l−1}] · blockdiag(Wᵀ) · M_l + …) U_l − [f_l] ‖²`.
 * Every image is compared on all blocks, so a recipe's objective does not apply.
 * What M_l takes, the bodies' pre-activations, never changes: it is computed once, and a step is two small products a layer.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Model, Perceptron, Weights } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { gatherRows } from '../datasets/training-set.ts';
import { mlpFeatures } from '../network/mlp.ts';
import type { Parameters } from '../network/parameters.ts';
import { activate } from '../ops/activation.ts';
import type { SuperNet } from '../supernet/supernet.ts';
import { blockWeights, reconstructionLoss } from './objective.ts';
import type { DataProblem } from './problem.ts';
import { featureTargets, overRows, place } from './targets.ts';

interface LocalBatch {
  /** One-hot, `[batch, tasks]` */
  tasks: tf.Tensor2D;
  /** What each layer's M takes: the bodies' pre-activations side by side, `[batch, Σ widths]`. */
  inputs: tf.Tensor2D[];
  /** What the last U guesses: the teachers' features side by side. */
  target: tf.Tensor2D;
}

/** Computes every layer's pre-activations and makes the problem: one loss for each hidden layer. */
export async function localProblem(
  supernet: SuperNet,
  initial: Weights,
  data: TrainingSet,
  teachers: readonly Model[],
): Promise<DataProblem<LocalBatch>> {
  const { activation, widths } = perceptron(supernet.architecture);
  const layers = widths.map((_, layer) => ({
    widths: supernet.bodies.map(({ architecture }) => perceptron(architecture).widths[layer] ?? 0),
    merge: `layers.${layer}.M`,
    unmerge: `layers.${layer}.U`,
  }));
  const before: Float32Array[] = [];
  for (const layer of layers.keys()) before.push(await preActivations(supernet, data, layer));
  const targets = await featureTargets(data, teachers, 'all', supernet);
  const outputs = teachers.map(({ architecture }) => featureWidth(architecture));
  // A mean over all blocks, whichever task an image is of.
  const weights = layers.map((layer, index) => evenWeights(index === layers.length - 1 ? outputs : layer.widths, data));
  return {
    initial,
    batch: (rows) => ({
      tasks: data.oneHotTasks(rows),
      inputs: layers.map((layer, index) => gatherRows(before[index] ?? new Float32Array(), sum(layer.widths), rows)),
      target: gatherRows(targets, sum(outputs), rows),
    }),
    losses(learnable, { tasks, inputs, target }) {
      const lookup = supernet.matrices.lookup(learnable);
      return layers.map(({ merge, unmerge }, layer) => {
        const input = inputs[layer] as tf.Tensor2D;
        const m = lookup(merge);
        const u = lookup(unmerge);
        const feature = activate(m.form.mergeFeatures(m.parameters, input, m.spec), activation);
        const guess = u.form.unmergeFeatures(u.parameters, feature, u.spec);
        const wanted = layer === layers.length - 1 ? target : activate(input, activation);
        return reconstructionLoss(guess, wanted, tasks, weights[layer] as tf.Tensor2D);
      });
    },
    dispose: () => tf.dispose(weights),
  };
}

/** A layer's pre-activations in every body, side by side, for all images: M takes them whichever task an image is of. */
async function preActivations(supernet: SuperNet, data: TrainingSet, layer: number): Promise<Float32Array> {
  const widths = supernet.bodies.map(({ architecture }) => perceptron(architecture).widths[layer] ?? 0);
  const all = new Float32Array(data.count * sum(widths));
  let offset = 0;
  for (const [body, { architecture }] of supernet.bodies.entries()) {
    const width = widths[body] ?? 0;
    const own = await overRows(0, data.count, width, (rows) => {
      let seen: tf.Tensor2D | undefined;
      const inputs = data.inputs(architecture, rows) as tf.Tensor2D;
      mlpFeatures(perceptron(architecture), supernet.sources[body] as Parameters, inputs, (name, _, output) => {
        if (name === `layers.${layer}`) seen = output;
      });
      return seen as tf.Tensor2D;
    });
    place(own, width, all, 0, sum(widths), offset);
    offset += width;
  }
  return all;
}

const evenWeights = (widths: readonly number[], data: TrainingSet): tf.Tensor2D =>
  blockWeights('all', widths, data.sets.length);

const sum = (widths: readonly number[]): number => widths.reduce((total, width) => total + width, 0);

function perceptron(architecture: Architecture): Perceptron {
  if (architecture.kind === 'mlp') return architecture;
  throw new RangeError('local training is for perceptrons');
}
