/** Scope `global`: all layers together on the last features (docs/method.md "Objective"). */
import * as tf from '@tensorflow/tfjs-core';
import type { Model, Weights } from '../architectures/model.ts';
import type { TrainingSet } from '../datasets/training-set.ts';
import { gatherRows } from '../datasets/training-set.ts';
import { features } from '../network/network.ts';
import type { Observe } from '../network/observe.ts';
import type { InnerSite, Objective } from '../recipe.ts';
import type { SuperNet } from '../supernet/supernet.ts';
import type { InnerScales, InnerTargets } from './inner-objective.ts';
import { InnerObjective } from './inner-objective.ts';
import { blockWeights, reconstructionLoss } from './objective.ts';
import type { DataProblem } from './problem.ts';
import type { Targets } from './targets.ts';
import { featureTargets } from './targets.ts';
import type { Trainable } from './trainable.ts';

export interface GlobalOptions {
  /** The models whose features are the targets, one for each task. */
  teachers: readonly Model[];
  objective: Objective;
  /** For objective `inner`. */
  inner: readonly InnerSite[];
  /** Body that sees each task, for objective `inner`. */
  bodyOfTask: readonly number[];
  /** Sizes of the inner features that another problem has measured; measured on these images unless given. */
  scales?: InnerScales | null;
  checkpointing?: boolean;
}

export interface GlobalProblem extends DataProblem<GlobalBatch> {
  /** The teachers' features, `[images, Σ widths]`. */
  targets: Targets;
  /** Null without objective `inner`. */
  scales: InnerScales | null;
}

interface GlobalBatch {
  inputs: tf.Tensor;
  /** `[batch, Σ widths]` */
  target: tf.Tensor2D;
  /** One-hot, `[batch, tasks]` */
  tasks: tf.Tensor2D;
  inner: InnerTargets | null;
}

/** Computes the targets and makes the problem. `dispose` frees its tensors. */
export async function globalProblem(
  supernet: SuperNet,
  initial: Weights,
  data: TrainingSet,
  { teachers, objective, inner, bodyOfTask, scales = null, checkpointing = false }: GlobalOptions,
): Promise<GlobalProblem> {
  const deep = objective === 'inner' ? await InnerObjective.prepare(supernet, data, inner, bodyOfTask, scales) : null;
  const targets = await featureTargets(data, teachers, objective, supernet);
  return reconstructionProblem(supernet, initial, data, { targets, objective, deep, checkpointing });
}

export interface ReconstructionOptions {
  /** The teachers' features of every image, `[images, Σ widths]`, as `featureTargets` gives them. */
  targets: Targets;
  objective: Objective;
  deep?: InnerObjective | null;
  /** The gradient computes activations again; not with inner features, which are seen on the way. */
  checkpointing?: boolean;
}

/** The problem of any network that is trained to have the teachers' features: of a SuperNet, and of a plain student. */
export function reconstructionProblem(
  trainable: Trainable,
  initial: Weights,
  data: TrainingSet,
  { targets, objective, deep = null, checkpointing = false }: ReconstructionOptions,
): GlobalProblem {
  const widths = trainable.guessed;
  const total = widths.reduce((sum, width) => sum + width, 0);
  const weights = blockWeights(objective, widths);
  return {
    initial,
    targets,
    stacks: trainable.stacks,
    scales: deep?.scales ?? null,
    batch(drawn) {
      const rows = deep ? deep.sorted(drawn) : Array.from(drawn);
      return {
        inputs: data.inputs(trainable.architecture, rows),
        target: gatherRows(targets, total, rows),
        tasks: data.oneHotTasks(rows),
        inner: deep?.targets(rows) ?? null,
      };
    },
    losses(learnable, { inputs, target, tasks, inner: compared }) {
      const seen = new Map<string, tf.Tensor2D>();
      const folded = trainable.fold(learnable);
      const see: Observe = (layer, input) => seen.set(layer, input);
      const merged = features(trainable.architecture, folded, inputs, deep ? see : undefined, checkpointing && !deep);
      const loss = reconstructionLoss(trainable.unmerge(learnable, merged), target, tasks, weights);
      if (!deep || !compared) return [loss];
      return [tf.addN([loss, ...deep.losses(learnable, seen, compared, target.shape[0])]) as tf.Scalar];
    },
    dispose: () => weights.dispose(),
  };
}
