/**
 * Scope `local`, for perceptrons: each hidden layer alone, on the sources' own features (docs/method.md "Objective"):
 * `min ‖ act([f_{l−1}] · blockdiag(Wᵀ) · M_l + …) U_l − [f_l] ‖²`.
 * Every image is compared on all blocks, so a recipe's objective does not apply.
 * What M_l takes, the sources' pre-activations, never changes: it is computed once, and a step is two small products a layer.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Perceptron } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { gatherRows } from '../datasets/training-set.ts';
import { activate, linear } from '../network/layers.ts';
import { mlpLayerFeatures } from '../network/mlp.ts';
import { weightAndBias } from '../network/parameters.ts';
import type { SuperNet } from '../supernet/supernet.ts';
import { blockWeights, reconstructionLoss } from './objective.ts';
import type { TrainingProblem } from './problem.ts';
import { sideBySide } from './targets.ts';

/** Computes every layer's pre-activations and makes the problem: one loss for each hidden layer. */
export async function localProblem(
  supernet: SuperNet,
  data: TrainingSet,
): Promise<TrainingProblem & { dispose(): void }> {
  const merged = supernet.architecture;
  const architectures = supernet.models.map((model) => perceptron(model.architecture));
  const layers = perceptron(merged).widths.map((_, layer) => ({
    widths: architectures.map((mlp) => mlp.widths[layer] ?? 0),
    merge: `layers.${layer}.M`,
    unmerge: `layers.${layer}.U`,
  }));
  const before: Float32Array[] = [];
  for (const [layer, { widths }] of layers.entries()) {
    // M takes the features of every source, whichever task an image is of.
    const rows = await sideBySide(data, architectures, supernet.sources, widths, 'all', (source, weights, inputs) => {
      const mlp = perceptron(architectures[source]);
      const seen = layer === 0 ? inputs : mlpLayerFeatures(mlp, weights, inputs as tf.Tensor2D)[layer - 1];
      return linear(seen as tf.Tensor2D, ...weightAndBias(weights, `layers.${layer}`));
    });
    before.push(rows);
  }
  const weights = layers.map(({ widths }) => blockWeights('all', widths));
  return {
    initial: supernet.initial(),
    batch: (rows) => [
      data.oneHotTasks(rows),
      ...layers.map(({ widths }, layer) =>
        gatherRows(
          before[layer] ?? new Float32Array(),
          widths.reduce((sum, width) => sum + width, 0),
          rows,
        ),
      ),
    ],
    losses(learnable, [tasks, ...inputs]) {
      const lookup = supernet.lookup(learnable);
      return layers.map(({ merge, unmerge }, layer) => {
        const input = inputs[layer] as tf.Tensor2D;
        const m = lookup(merge);
        const u = lookup(unmerge);
        const feature = activate(m.form.mergeFeatures(m.parameters, input, m.spec), merged.activation);
        const guess = u.form.unmergeFeatures(u.parameters, feature, u.spec);
        const target = activate(input, merged.activation);
        return reconstructionLoss(guess, target, tasks as tf.Tensor2D, weights[layer] as tf.Tensor2D);
      });
    },
    dispose: () => tf.dispose(weights),
  };
}

function perceptron(architecture: Architecture | undefined): Perceptron {
  if (architecture?.kind === 'mlp') return architecture;
  throw new RangeError('local training is for perceptrons');
}
