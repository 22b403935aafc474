/** Trains one network, a SuperNet or a student: batches, steps, measurements on the way, early stopping. */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import { TrainingSet } from '../datasets/training-set.ts';
import type { Score } from '../evaluation/evaluate.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { networkPredictor } from '../evaluation/predictors.ts';
import type { MatrixReader } from '../inspection/matrices.ts';
import type { Parameters } from '../network/parameters.ts';
import { toHost } from '../network/parameters.ts';
import type { DistillationOptions, FsMergeOptions } from '../recipe.ts';
import { adamWDefaults } from '../training/adamw.ts';
import type { Crew, CrewAtWork, SharedProblem } from '../training/crew.ts';
import type { InnerScales } from '../training/inner-objective.ts';
import type { DataProblem } from '../training/problem.ts';
import { rateOf } from '../training/schedule.ts';
import { batches, countSteps } from '../training/steps.ts';
import type { Targets } from '../training/targets.ts';
import type { Trainable } from '../training/trainable.ts';
import type { Rates } from '../training/trainer.ts';
import { Trainer } from '../training/trainer.ts';
import { BestSoFar } from './best-so-far.ts';
import { LossWatch } from './loss-watch.ts';
import type { FinishedStage, MergeState, TrainingState } from './merge-state.ts';
import type { MergeCommand, MergeProgress } from './method.ts';
import { UnreadSteps } from './unread-steps.ts';
import { validationOf } from './validation.ts';

/** Held-out images of each task measured while training; the final score uses all. */
const liveImages = 500;

/** Options of any training. */
export type TrainingOptions = Pick<
  FsMergeOptions,
  | 'schedule'
  | 'warmUp'
  | 'learningRate'
  | 'clipNorm'
  | 'weightDecay'
  | 'batchSize'
  | 'epochs'
  | 'evaluateEvery'
  | 'patience'
> & { diagonalLearningRate?: number | null; initialisation: (FsMergeOptions | DistillationOptions)['initialisation'] };

/** A problem over some images; objective `inner` has scales that the validation shares. */
export type StageProblem = DataProblem & { scales?: InnerScales | null; targets?: Targets };

export interface StageTraining {
  trainable: Trainable;
  /** Makes the problem over these images; `scales` as the training images gave them. */
  problem(data: TrainingSet, scales: InnerScales | null): Promise<StageProblem>;
  /** The same as data, where other threads can take a share of it; null where they cannot. */
  shared: Pick<SharedProblem, 'trainable' | 'initial' | 'objective' | 'checkpointing'> | null;
  crew: Crew | null;
  /** Multiply-adds of a step. */
  stepMacs: number;
  /** Tensors that stay as they start. */
  frozen: ReadonlySet<string>;
  /** M and U while they are learned, where there are any. */
  matrices(learnable: () => Parameters, step: () => number): MatrixReader | null;
  /** Classes of the tasks that are merged so far, and their images. */
  classes: readonly number[];
  tasks: readonly TaskImages[];
  /** Tasks of the whole merge; a score has a place for those that come later. */
  allTasks: number;
  seed: number;
  /** Stages before this one, as they ended. */
  finished: readonly FinishedStage[];
  /** Training steps of the whole merge. */
  steps: number;
  /** Where this stage goes on; null: it begins. `end`: takes no more steps. */
  resume: { training: TrainingState; end: boolean } | null;
}

export interface Trained {
  learnable: Weights;
  steps: number;
  /** Whether a person ended it. */
  stopped: boolean;
}

interface Start extends Omit<TrainingState, 'optimisers' | 'best'> {
  /** Undefined where a training begins. */
  optimisers?: TrainingState['optimisers'];
  best?: TrainingState['best'];
  end: boolean;
}

const startOf = ({ resume }: StageTraining): Start =>
  resume
    ? { ...resume.training, end: resume.end }
    : { step: 0, lowestLoss: Number.POSITIVE_INFINITY, untold: [], end: false };

function ratesOf(options: TrainingOptions, steps: number): (step: number) => Rates {
  const schedule = (max: number) => rateOf(options.schedule, max, steps, options.warmUp);
  const rate = schedule(options.learningRate);
  const diagonal = schedule(options.diagonalLearningRate ?? options.learningRate);
  return (step) => ({ rate: rate(step), diagonal: diagonal(step) });
}

const stepsOf = (finished: readonly FinishedStage[]): number => finished.reduce((sum, { steps }) => sum + steps, 0);

/** Steps whose losses may wait to be read: on a GPU one, so that it has work while the last loss comes back. */
const lateness = (): number => (tf.getBackend() === 'webgpu' ? 1 : 0);

export async function* trainStage(
  stage: StageTraining,
  options: TrainingOptions,
): AsyncGenerator<MergeProgress, Trained, MergeCommand> {
  const { tasks, seed, frozen, finished } = stage;
  const from = startOf(stage);
  const before = stepsOf(finished);
  const held: { dispose(): void }[] = [];
  const hold = <T extends { dispose(): void }>(item: T): T => {
    held.push(item);
    return item;
  };
  try {
    const data = new TrainingSet(tasks.map((task) => task.train));
    const problem = hold(await stage.problem(data, null));
    const validation = await validationOf(stage, options, problem, hold);
    const { weightDecay, clipNorm, patience, evaluateEvery } = options;
    const crew = await crewFor(stage, options, data, problem);
    if (crew) hold(crew.atWork);
    const trainer = hold(
      new Trainer(problem, { ...adamWDefaults, weightDecay, clipNorm, frozen, crew, from: from.optimisers }),
    );
    const rates = ratesOf(options, countSteps(options, data.count));
    const best = new BestSoFar(patience, from.best);
    const watch = new LossWatch(options, from.lowestLoss);
    const unread = hold(new UnreadSteps(trainer, watch, before, (step) => rates(step).rate, from.untold));
    unread.stopped = from.end;
    let step = from.step;
    const matrices = stage.matrices(
      () => trainer.learnable,
      () => before + step,
    );
    const state = async (): Promise<MergeState> => ({
      finished,
      current: {
        step,
        untold: await unread.untold(),
        optimisers: await trainer.state(),
        best: best.state,
        lowestLoss: watch.lowest,
      },
    });
    yield { type: 'started', steps: stage.steps, matrices, state };
    const measure = async function* (): AsyncGenerator<MergeProgress, void, MergeCommand> {
      if (validation) {
        const { losses, perTask } = await validation(trainer.learnable);
        await best.see(losses, trainer.learnable);
        yield { type: 'validation', step: before + step, losses, perTask };
      }
    };
    for (const rows of batches(data.count, options, seed, step)) {
      if (unread.stopped) break;
      if (evaluateEvery > 0 && step % evaluateEvery === 0) {
        yield* unread.readAllBut(0);
        yield { type: 'accuracy', step: before + step, score: await scoreNow(stage, trainer.learnable) };
        yield* measure();
        if (best.isOver) break;
      }
      unread.add(step, await trainer.update(rows, rates(step)));
      step++;
      yield* unread.readAllBut(lateness());
    }
    yield* unread.readAllBut(0);
    if (!best.isOver) yield* measure();
    return { learnable: best.kept ?? (await toHost(trainer.learnable)), steps: step, stopped: unread.stopped };
  } finally {
    for (const item of held.reverse()) item.dispose();
  }
}

/** The threads at work on this stage's problem, where there are any and they are worth having. */
async function crewFor(
  { crew, shared, frozen, stepMacs }: StageTraining,
  { batchSize, epochs }: TrainingOptions,
  { sets, count }: TrainingSet,
  { targets }: StageProblem,
): Promise<{ atWork: CrewAtWork; size: number } | null> {
  const size = crew && shared && targets && epochs > 0 ? crew.sizeFor(Math.min(batchSize, count), stepMacs) : 0;
  if (!crew || !shared || !targets || size === 0) return null;
  return { atWork: await crew.prepare({ ...shared, frozen: [...frozen], sets, targets }, size), size };
}

async function scoreNow({ trainable, tasks, classes, allTasks }: StageTraining, learnable: Parameters): Promise<Score> {
  const predictor = networkPredictor(trainable.architecture, trainable.foldedNetwork(learnable), classes);
  try {
    return withLaterTasks(await evaluate(predictor, tasks, liveImages), allTasks);
  } finally {
    predictor.dispose();
  }
}

function withLaterTasks({ perTask, jointPerTask, joint, images }: Score, tasks: number): Score {
  const later = new Array<null>(tasks - perTask.length).fill(null);
  return {
    perTask: [...perTask, ...later],
    jointPerTask: [...jointPerTask, ...later],
    joint,
    images: [...images, ...later.map(() => 0)],
  };
}
