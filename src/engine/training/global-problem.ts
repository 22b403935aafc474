/** Scope `global`: all layers together on the last features (docs/method.md "Objective"). */
import type * as tf from '@tensorflow/tfjs-core';
import { featureWidth } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { gatherRows } from '../datasets/training-set.ts';
import { features } from '../network/network.ts';
import type { Objective } from '../recipe.ts';
import type { SuperNet } from '../supernet/supernet.ts';
import { blockWeights, reconstructionLoss } from './objective.ts';
import type { TrainingProblem } from './problem.ts';
import { sideBySide } from './targets.ts';

/** Computes the targets and makes the problem. `dispose` frees its tensors. */
export async function globalProblem(
  supernet: SuperNet,
  data: TrainingSet,
  objective: Objective,
): Promise<TrainingProblem & { dispose(): void }> {
  const architectures = supernet.models.map((model) => model.architecture);
  const widths = architectures.map(featureWidth);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const targets = await sideBySide(
    data,
    architectures,
    supernet.sources,
    widths,
    objective,
    (source, weights, inputs) => {
      const architecture = architectures[source];
      if (!architecture) throw new RangeError(`no source ${source}`);
      return features(architecture, weights, inputs);
    },
  );
  const weights = blockWeights(objective, widths);
  return {
    initial: supernet.initial(),
    batch: (rows) => [
      data.inputs(supernet.architecture, rows),
      gatherRows(targets, total, rows),
      data.oneHotTasks(rows),
    ],
    losses(learnable, [inputs, target, tasks]) {
      const merged = features(supernet.architecture, supernet.fold(learnable), inputs as tf.Tensor);
      const guess = supernet.unmerge(learnable, merged);
      return [reconstructionLoss(guess, target as tf.Tensor2D, tasks as tf.Tensor2D, weights)];
    },
    dispose: () => weights.dispose(),
  };
}
