/** FS-Merge: train a Foldable SuperNet on feature reconstruction, fold it (Kinderman et al., arXiv 2410.01483). */
import { alignModels } from '../../alignment/align.ts';
import type { Model, Weights } from '../../architectures/model.ts';
import { modelPredictor } from '../../evaluation/predictors.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import type { FsMergeOptions } from '../../recipe.ts';
import type { SavedSuperNet } from '../../supernet/saved.ts';
import { SuperNet } from '../../supernet/supernet.ts';
import type { MergeContext, MergeMethod } from '../method.ts';
import { classesOf } from '../method.ts';
import { fsMergeCost } from './cost.ts';
import { fsMergeProblems } from './problems.ts';
import type { Stage } from './stages.ts';
import { bodiesOfTasks, stageShape, stagesOf } from './stages.ts';
import { keepUnmerge, startOf } from './start.ts';
import { countSteps } from './steps.ts';
import type { Trained } from './train.ts';
import { trainStage } from './train.ts';

/** What a stage leaves to the next. */
interface SoFar {
  model: Model;
  /** Null where the model comes from a saved SuperNet, whose own tensors the next stage starts from. */
  learnable: Weights | null;
}

export const fsMerge: MergeMethod<'fs-merge'> = {
  problems: fsMergeProblems,
  cost: fsMergeCost,
  async *merge(context, options) {
    const aligned = alignModels(context.models, context.alignment);
    const stages = stagesOf(context.models.length, options);
    const steps = stages.reduce((sum, stage) => sum + countSteps(options, imagesOf(context, stage)), 0);
    let soFar: SoFar | null = savedSoFar(context);
    let saved: SavedSuperNet | null = null;
    let before = 0;
    let stopped = false;
    for (const stage of stages) {
      yield { type: 'preparing', note: noteOf(stage) };
      const supernet = superNetOf(stage, context, options, aligned, soFar);
      try {
        const seed = context.seed + stageSeeds * (stage.tasks - context.models.length);
        const initial = startOf(supernet, options, seed, context.warm);
        if (soFar?.learnable) keepUnmerge(initial, supernet.plan.head.unmerge, soFar.learnable, options.initialisation);
        const trained: Trained = yield* trainStage(
          {
            supernet,
            initial,
            owned: { matrices: supernet.matrices, bodies: stage.bodies },
            teachers: context.models.slice(0, stage.tasks),
            tasks: context.tasks.slice(0, stage.tasks),
            allTasks: context.tasks.length,
            bodyOfTask: bodiesOfTasks(stage),
            seed,
            before,
            steps,
          },
          // What is left after a stop is merged as it would start.
          stopped ? { ...options, epochs: 0, patience: null } : options,
        );
        before += trained.steps;
        stopped ||= trained.stopped;
        saved = savedOf(stage, context, options, soFar, trained.learnable);
        soFar = { model: await folded(supernet, trained.learnable), learnable: trained.learnable };
      } finally {
        supernet.dispose();
      }
    }
    if (!soFar || !saved) throw new RangeError('there are no sources');
    const { model } = soFar;
    const { learnable } = fsMergeCost(architecturesOf(context), options, {
      images: context.tasks.map(({ train }) => train.count),
      alignment: context.alignment,
    });
    return {
      model,
      predictor: () => modelPredictor(model, classesOf(context.models)),
      steps: before,
      learnable,
      supernet: saved,
    };
  },
};

/** Distance between the seeds of two stages. The last stage has the recipe's: with two sources it is the only one. */
const stageSeeds = 7919;

function savedSoFar({ warm }: MergeContext): SoFar | null {
  const model = warm?.from === 'supernet' ? warm.saved.soFar : null;
  return model && { model, learnable: null };
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
  return new SuperNet({ bodies, tasks: aligned.slice(0, stage.tasks), architecture: merged }, options);
}

async function folded(supernet: SuperNet, learnable: Weights): Promise<Model> {
  const tensors = toBackend(learnable);
  try {
    return await supernet.foldedModel(tensors);
  } finally {
    disposeAll(tensors);
  }
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
