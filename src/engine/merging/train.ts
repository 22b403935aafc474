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
import type { FsMergeOptions } from '../recipe.ts';
import { adamWDefaults } from '../training/adamw.ts';
import type { Crew, CrewAtWork, SharedProblem } from '../training/crew.ts';
import type { InnerScales } from '../training/inner-objective.ts';
import type { DataProblem } from '../training/problem.ts';
import { rateOf } from '../training/schedule.ts';
import { batches, countSteps } from '../training/steps.ts';
import type { Targets } from '../training/targets.ts';
import type { Trainable } from '../training/trainable.ts';
import type { UnreadLosses } from '../training/trainer.ts';
import { Trainer } from '../training/trainer.ts';
import type { MergeCommand, MergeProgress } from './method.ts';

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
> & { diagonalLearningRate?: number | null };

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
  /** Steps before this stage, and of the whole merge. */
  before: number;
  steps: number;
}

export interface Trained {
  learnable: Weights;
  steps: number;
  /** Whether a person ended it. */
  stopped: boolean;
}

/** Steps whose losses may wait to be read: on a GPU one, so that it has work while the last loss comes back. */
const lateness = (): number => (tf.getBackend() === 'webgpu' ? 1 : 0);

export async function* trainStage(
  stage: StageTraining,
  options: TrainingOptions,
): AsyncGenerator<MergeProgress, Trained, MergeCommand> {
  const { tasks, seed, before, frozen, steps: allSteps } = stage;
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
    const trainer = hold(new Trainer(problem, { ...adamWDefaults, weightDecay, clipNorm, frozen, crew }));
    const steps = countSteps(options, data.count);
    const schedule = (max: number) => rateOf(options.schedule, max, steps, options.warmUp);
    const rate = schedule(options.learningRate);
    const diagonal = schedule(options.diagonalLearningRate ?? options.learningRate);
    const best = new BestSoFar(patience);
    let step = 0;
    const matrices = stage.matrices(
      () => trainer.learnable,
      () => before + step,
    );
    yield { type: 'started', steps: allSteps, matrices };
    const measure = async function* (): AsyncGenerator<MergeProgress, void, MergeCommand> {
      if (validation) {
        const { losses, perTask } = await validation(trainer.learnable);
        await best.see(losses, trainer.learnable);
        yield { type: 'validation', step: before + step, losses, perTask };
      }
    };
    const unread = hold(new UnreadSteps(trainer, before, rate));
    for (const rows of batches(data.count, options, seed)) {
      if (unread.stopped) break;
      if (evaluateEvery > 0 && step % evaluateEvery === 0) {
        yield* unread.readAllBut(0);
        yield { type: 'accuracy', step: before + step, score: await scoreNow(stage, trainer.learnable) };
        yield* measure();
        if (best.isOver) break;
      }
      unread.add(step, await trainer.update(rows, { rate: rate(step), diagonal: diagonal(step) }));
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

/** Steps that were taken and whose losses were not read yet. */
class UnreadSteps {
  /** Whether a person has ended the training. */
  stopped = false;
  private readonly steps: { step: number; losses: UnreadLosses }[] = [];

  constructor(
    private readonly trainer: Trainer,
    private readonly before: number,
    private readonly rate: (step: number) => number,
  ) {}

  add(step: number, losses: UnreadLosses): void {
    this.steps.push({ step, losses });
  }

  async *readAllBut(late: number): AsyncGenerator<MergeProgress, void, MergeCommand> {
    while (this.steps.length > late) {
      const { step, losses } = this.steps.shift() as (typeof this.steps)[number];
      const point = { step: this.before + step, losses: await this.trainer.read(losses), rate: this.rate(step) };
      if ((yield { type: 'training', point }) === 'stop') this.stopped = true;
    }
  }

  dispose(): void {
    for (const { losses } of this.steps) if (losses instanceof tf.Tensor) losses.dispose();
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

interface ValidationLosses {
  /** On all images, as many as a training step has. */
  losses: number[];
  /** Their sum on the images of each task. */
  perTask: number[];
}

/** The losses on the validation images, scaled as in training; null where a task has none. */
async function validationOf(
  stage: StageTraining,
  { batchSize }: TrainingOptions,
  { scales = null }: StageProblem,
  hold: (problem: DataProblem) => DataProblem,
): Promise<((learnable: Parameters) => Promise<ValidationLosses>) | null> {
  const sets = stage.tasks.map((task) => task.validation);
  if (sets.some(({ count }) => count === 0)) return null;
  const data = new TrainingSet(sets);
  const problem = hold(await stage.problem(data, scales));
  return (learnable) => validationLosses(problem, learnable, data.starts, batchSize);
}

/** `starts`: the first row of each task, and the end. */
async function validationLosses(
  problem: DataProblem,
  learnable: Parameters,
  starts: readonly number[],
  batchSize: number,
): Promise<ValidationLosses> {
  const count = starts.at(-1) ?? 0;
  const losses: number[] = [];
  const perTask: number[] = [];
  for (const [task, end] of starts.slice(1).entries()) {
    const from = starts[task] ?? 0;
    const own = await meanLosses(problem, learnable, from, end, batchSize);
    perTask.push(own.reduce((sum, loss) => sum + loss, 0));
    for (const [term, loss] of own.entries()) losses[term] = (losses[term] ?? 0) + (loss * (end - from)) / count;
  }
  return { losses, perTask };
}

/** Losses over the rows `from` to `to`: the mean of the batches', each by its rows. */
async function meanLosses(
  problem: DataProblem,
  learnable: Parameters,
  from: number,
  to: number,
  batchSize: number,
): Promise<number[]> {
  const sums: number[] = [];
  for (let start = from; start < to; start += batchSize) {
    const rows = Array.from({ length: Math.min(batchSize, to - start) }, (_, index) => start + index);
    const batch = problem.batch(rows);
    const losses = tf.tidy(() => tf.stack(problem.losses(learnable, batch)));
    tf.dispose(batch as tf.TensorContainer);
    const values = (await losses.data()) as Float32Array;
    losses.dispose();
    for (const [term, loss] of values.entries()) sums[term] = (sums[term] ?? 0) + (loss * rows.length) / (to - from);
  }
  return sums;
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

/** Early stopping: the learnable tensors at the lowest validation loss, and how many measurements ago that was. */
class BestSoFar {
  /** On the host; null without early stopping, or before the first measurement. */
  kept: Weights | null = null;
  private lowest = Number.POSITIVE_INFINITY;
  private since = 0;

  constructor(private readonly patience: number | null) {}

  get isOver(): boolean {
    return this.patience !== null && this.since >= this.patience;
  }

  async see(losses: readonly number[], learnable: Parameters): Promise<void> {
    if (this.patience === null) return;
    const loss = losses.reduce((sum, term) => sum + term, 0);
    this.since = loss < this.lowest ? 0 : this.since + 1;
    if (this.since > 0) return;
    this.lowest = loss;
    this.kept = await copiesOnHost(learnable);
  }
}

/** A backend may hand out memory of its own; a snapshot must not change with it. */
async function copiesOnHost(parameters: Parameters): Promise<Weights> {
  const weights = await toHost(parameters);
  return new Map([...weights].map(([name, { shape, values }]) => [name, { shape, values: values.slice() }]));
}
