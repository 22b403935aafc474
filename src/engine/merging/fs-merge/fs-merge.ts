/** FS-Merge: train a Foldable SuperNet on feature reconstruction, fold it (Kinderman et al., arXiv 2410.01483). */
import * as tf from '@tensorflow/tfjs-core';
import { alignModels } from '../../alignment/align.ts';
import type { Model, Weights } from '../../architectures/model.ts';
import { modelPredictor } from '../../evaluation/predictors.ts';
import { liveMatrices } from '../../inspection/matrices.ts';
import type { Parameters } from '../../network/parameters.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import type { FsMergeOptions } from '../../recipe.ts';
import type { SavedSuperNet } from '../../supernet/saved.ts';
import { SuperNet } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { globalProblem } from '../../training/global-problem.ts';
import { localProblem } from '../../training/local-problem.ts';
import { countSteps } from '../../training/steps.ts';
import type { FinishedStage } from '../merge-state.ts';
import { resumeOf } from '../merge-state.ts';
import type { MergeContext, MergeMethod } from '../method.ts';
import { classesOf } from '../method.ts';
import type { StageProblem, StageTraining, Trained } from '../train.ts';
import { trainStage } from '../train.ts';
import { fsMergeCost } from './cost.ts';
import { fsMergeProblems } from './problems.ts';
import type { Stage } from './stages.ts';
import { bodiesOfTasks, stageShape, stagesOf } from './stages.ts';
import { keepUnmerge, startOf } from './start.ts';

/** What a stage leaves to the next. */
interface SoFar {
  model: Model;
  /** The last U, dense; null where the model comes from a saved SuperNet. */
  unmerge: Weight | null;
  /** Null where the model comes from a saved SuperNet, whose own tensors the next stage starts from. */
  learnable: Weights | null;
}

export const fsMerge: MergeMethod<'fs-merge'> = {
  problems: fsMergeProblems,
  cost: fsMergeCost,
  async *merge(context, options) {
    const aligned = alignModels(context.models, context.alignment);
    const { learnable, stepMacs } = fsMergeCost(architecturesOf(context), options, {
      images: context.tasks.map(({ train }) => train.count),
      alignment: context.alignment,
    });
    const stages = stagesOf(context.models.length, options);
    const steps = stages.reduce((sum, stage) => sum + countSteps(options, imagesOf(context, stage)), 0);
    let soFar: SoFar | null = savedSoFar(context);
    let saved: SavedSuperNet | null = null;
    const finished: FinishedStage[] = [];
    let stopped = false;
    for (const [index, stage] of stages.entries()) {
      yield { type: 'preparing', note: noteOf(stage) };
      const supernet = superNetOf(stage, context, options, aligned, soFar);
      try {
        const past = context.resume?.state.finished[index];
        let trained: Trained;
        if (past) {
          trained = { ...past, stopped: false };
        } else {
          const seed = context.seed + stageSeeds * (stage.tasks - context.models.length);
          const initial = await startOf(supernet, options, seed, context);
          if (soFar?.learnable)
            keepUnmerge(initial, supernet.plan.head.unmerge, soFar.learnable, options.initialisation);
          trained = yield* trainStage(
            {
              ...stageTraining(stage, supernet, initial, context, options),
              stepMacs,
              seed,
              finished: [...finished],
              resume: resumeOf(context, index),
              steps,
            },
            // What is left after a stop is merged as it would start.
            stopped ? { ...options, epochs: 0, patience: null } : options,
          );
        }
        finished.push({ learnable: trained.learnable, steps: trained.steps });
        stopped ||= trained.stopped;
        saved = savedOf(stage, context, options, soFar, trained.learnable);
        soFar = { ...(await folded(supernet, trained.learnable)), learnable: trained.learnable };
      } finally {
        supernet.dispose();
      }
    }
    if (!soFar || !saved) throw new RangeError('there are no sources');
    const { model, unmerge } = soFar;
    return {
      model,
      unmerge,
      predictor: () => modelPredictor(model, classesOf(context.models)),
      steps: finished.reduce((sum, stage) => sum + stage.steps, 0),
      learnable,
      supernet: saved,
    };
  },
};

/** Distance between the seeds of two stages. The last stage has the recipe's: with two sources it is the only one. */
const stageSeeds = 7919;

/** What is trained at a stage, on which images. */
function stageTraining(
  stage: Stage,
  supernet: SuperNet,
  initial: Weights,
  { models, tasks, crew = null }: MergeContext,
  { scope, objective, inner, freezeNorms, checkpointing }: FsMergeOptions,
): Omit<StageTraining, 'stepMacs' | 'seed' | 'finished' | 'resume' | 'steps'> {
  const teachers = models.slice(0, stage.tasks);
  const bodyOfTask = bodiesOfTasks(stage);
  const owned = { matrices: supernet.matrices, bodies: stage.bodies };
  return {
    trainable: supernet,
    problem: (data, scales): Promise<StageProblem> =>
      scope === 'local'
        ? localProblem(supernet, initial, data, teachers)
        : globalProblem(supernet, initial, data, { teachers, objective, inner, bodyOfTask, scales, checkpointing }),
    shared:
      scope === 'global' && objective !== 'inner'
        ? { trainable: supernet.spec, initial, objective, checkpointing }
        : null,
    crew,
    frozen: new Set(freezeNorms ? supernet.normParameters : []),
    matrices: (learnable, step) => liveMatrices(owned, learnable, step),
    classes: classesOf(teachers),
    tasks: tasks.slice(0, stage.tasks),
    allTasks: tasks.length,
  };
}

function savedSoFar({ material }: MergeContext): SoFar | null {
  const model = material?.from === 'supernet' ? material.saved.soFar : null;
  return model && { model, unmerge: null, learnable: null };
}

function superNetOf(
  stage: Stage,
  context: MergeContext,
  options: FsMergeOptions,
  aligned: readonly Model[],
  soFar: SoFar | null,
): SuperNet {
  const bodies = stage.bodies.map((source) => {
    const model = source === null ? soFar?.model : aligned[source];
    if (!model) throw new RangeError(`no network for body ${source}`);
    return model;
  });
  const { merged } = stageShape(stage, architecturesOf(context), options, context.alignment);
  const { kind, rank, objective, scope } = options;
  // Objective `inner` and scope `local` read single layers of the sources.
  const stacked = objective !== 'inner' && scope !== 'local';
  return new SuperNet({ bodies, tasks: aligned.slice(0, stage.tasks), architecture: merged }, { kind, rank, stacked });
}

async function folded(supernet: SuperNet, learnable: Weights): Promise<{ model: Model; unmerge: Weight }> {
  const tensors = toBackend(learnable);
  try {
    const model = await supernet.foldedModel(tensors);
    return { model, unmerge: await denseUnmerge(supernet, tensors) };
  } finally {
    disposeAll(tensors);
  }
}

async function denseUnmerge({ matrices, plan }: SuperNet, learnable: Parameters): Promise<Weight> {
  const dense = tf.tidy(() => matrices.dense(learnable, plan.head.unmerge));
  const values = (await dense.data()) as Float32Array;
  const { shape } = dense;
  dense.dispose();
  return { shape, values };
}

function savedOf(
  stage: Stage,
  context: MergeContext,
  { kind, rank, merged, order }: FsMergeOptions,
  soFar: SoFar | null,
  learnable: Weights,
): SavedSuperNet {
  const shape = stageShape(stage, architecturesOf(context), { merged }, context.alignment);
  return { kind, rank, order, shape, sources: stage.bodies, soFar: soFar?.model ?? null, learnable };
}

const architecturesOf = ({ models }: MergeContext) => models.map(({ architecture }) => architecture);

const imagesOf = ({ tasks }: MergeContext, stage: Stage): number =>
  tasks.slice(0, stage.tasks).reduce((sum, { train }) => sum + train.count, 0);

const noteOf = ({ bodies, tasks }: Stage): string =>
  bodies.includes(null) ? `Adding source ${tasks} to the merge so far` : "Computing the sources' features";
