/**
 * Distillation: a plain network of the first source's size, all weights trained, with one output adapter, on the objective, images
 * and schedule of FS-Merge (the paper's baseline "KD"; Hinton, Vinyals, Dean, arXiv 1503.02531).
 */
import { alignArchitectures, alignModels } from '../../alignment/align.ts';
import { mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Architecture, Model } from '../../architectures/model.ts';
import { modelPredictor } from '../../evaluation/predictors.ts';
import { disposeAll, toBackend, toHost } from '../../network/parameters.ts';
import type { DistillationOptions } from '../../recipe.ts';
import { reconstructionProblem } from '../../training/global-problem.ts';
import { countSteps } from '../../training/steps.ts';
import { Student } from '../../training/student.ts';
import { featureTargets } from '../../training/targets.ts';
import { sizeProblems } from '../compatibility.ts';
import { studentCost } from '../fs-merge/cost.ts';
import { resumeOf } from '../merge-state.ts';
import type { MergeMethod } from '../method.ts';
import { classesOf } from '../method.ts';
import { trainStage } from '../train.ts';
import { averageModels } from './average.ts';
import { alignSources } from './plain-method.ts';

export const distillation: MergeMethod<'distillation'> = {
  problems: (sources, { initialisation }, alignment) =>
    initialisation === 'average' ? sizeProblems(alignSources(sources, alignment)) : [],

  cost(architectures, options, { images, alignment }) {
    const aligned = alignArchitectures(architectures, alignment);
    return costOf(
      aligned,
      options,
      images.reduce((sum, count) => sum + count, 0),
    );
  },

  async *merge({ models, tasks, alignment, seed, crew, resume }, options) {
    yield { type: 'preparing', note: "Computing the sources' features" };
    const aligned = alignModels(models, alignment);
    const start = startOf(aligned, options);
    const student = new Student(start, aligned);
    try {
      const initial = student.initial();
      const images = tasks.reduce((sum, { train }) => sum + train.count, 0);
      const { learnable, steps } = yield* trainStage(
        {
          trainable: student,
          async problem(data) {
            const targets = await featureTargets(data, models, options.objective, student);
            const { objective, checkpointing } = options;
            return reconstructionProblem(student, initial, data, { targets, objective, checkpointing });
          },
          shared: {
            trainable: { kind: 'student', start, tasks: aligned },
            initial,
            objective: options.objective,
            checkpointing: options.checkpointing,
          },
          frozen: new Set(),
          matrices: () => null,
          classes: classesOf(models),
          crew: crew ?? null,
          stepMacs: costOf(
            aligned.map(({ architecture }) => architecture),
            options,
            images,
          ).stepMacs,
          tasks,
          allTasks: tasks.length,
          seed,
          finished: [],
          resume: resumeOf({ resume: resume ?? null }, 0),
          steps: countSteps(options, images),
        },
        options,
      );
      const tensors = toBackend(learnable);
      const network = student.foldedNetwork(tensors);
      disposeAll(tensors);
      const unmerge = learnable.get(student.unmergeName) ?? null;
      const model = { architecture: student.architecture, weights: await toHost(network) };
      disposeAll(network);
      const numbers = [...initial.values()].reduce((sum, { values }) => sum + values.length, 0);
      return {
        model,
        unmerge,
        predictor: () => modelPredictor(model, classesOf(models)),
        steps,
        learnable: numbers,
        supernet: null,
      };
    } finally {
      student.dispose();
    }
  },
};

const costOf = (aligned: readonly Architecture[], options: DistillationOptions, images: number) =>
  studentCost(mergedArchitecture(aligned), aligned, options, images);

/** Source 1, or the average, with the classes of all. */
function startOf(models: readonly Model[], { initialisation }: DistillationOptions): Model {
  if (initialisation === 'average') return averageModels(models);
  const [first] = models;
  if (!first) throw new RangeError('there are no sources');
  return { ...first, architecture: mergedArchitecture(models.map((model) => model.architecture)) };
}
