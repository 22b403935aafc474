/** Drives one merge: pulls its generator step by step, can pause, single-step and stop it, and tells the page in batches. */

import type { SchemeMatch } from '../engine/architectures/naming.ts';
import type { StudioError } from '../engine/errors.ts';
import type { MergedNetwork } from '../engine/evaluation/closer-look.ts';
import { evaluate } from '../engine/evaluation/evaluate.ts';
import { reconstructionOf } from '../engine/evaluation/reconstruction.ts';
import type { MatrixReader } from '../engine/inspection/matrices.ts';
import { savedMatrices } from '../engine/inspection/matrices.ts';
import { Snapshots } from '../engine/inspection/snapshots.ts';
import type { MergeContext, MergeOutcome, MergeProgress } from '../engine/merging/method.ts';
import { mergeMethod } from '../engine/merging/registry.ts';
import type { Recipe } from '../engine/recipe.ts';
import { messages } from './messages.ts';
import type { RunEvent, RunState, TrainingPoint } from './protocol.ts';
import { errorInfo } from './transfer.ts';

/** The page gets at most this many updates a second. */
const updatesPerSecond = 20;

/** Progress whose time is not the method's own. */
const measurements: ReadonlySet<MergeProgress['type']> = new Set(['accuracy', 'validation']);

/** Longest time without looking at messages from the page, in milliseconds. */
const turn = 15;

/** Held-out images of each task that features are reconstructed for: the whole set would take longer than the scores. */
const reconstructed = 300;

/** Reconstruction errors of one network; none for an ensemble. */
export const reconstructionFor = async (
  network: MergedNetwork | null,
  { models, tasks }: MergeContext,
): Promise<(number | null)[]> =>
  network ? reconstructionOf(network.model, network.unmerge, models, tasks, reconstructed) : [];

export class Run {
  state: RunState = 'preparing';
  /** M and U, live while training, kept afterwards. */
  matrices: MatrixReader | null = null;
  /** The same on the way; of the last stage where there are several. */
  readonly snapshots = new Snapshots();
  outcome: MergeOutcome | null = null;
  context: MergeContext | null = null;

  /** Training steps that may still be taken: 0 while paused, 1 for a single step. */
  private allowance = Number.POSITIVE_INFINITY;
  private stopping = false;
  private failure: StudioError | null = null;
  private wake: (() => void) | null = null;
  private points: TrainingPoint[] = [];
  private steps = 0;
  private lastUpdate = 0;
  private lastTurn = 0;
  private stepTime = 0;
  private seconds = 0;

  constructor(
    readonly id: string,
    readonly recipe: Recipe,
    /** Naming of the first source, which the export keeps. */
    readonly naming: Pick<SchemeMatch, 'scheme' | 'rulesFor'>,
    private readonly send: (event: RunEvent) => void,
  ) {}

  get active(): boolean {
    return this.state === 'preparing' || this.state === 'running' || this.state === 'paused';
  }

  get trains(): boolean {
    return 'epochs' in this.recipe.method;
  }

  pause(): void {
    this.allowance = 0;
  }

  step(): void {
    this.allowance = 1;
    this.wake?.();
  }

  resume(): void {
    this.allowance = Number.POSITIVE_INFINITY;
    this.wake?.();
  }

  stop(): void {
    this.stopping = true;
    this.wake?.();
  }

  /** Ends the run with this error at the next step. */
  fail(error: StudioError): void {
    this.failure = error;
    this.wake?.();
  }

  /** Runs to the end; every outcome, also failure, is told as events. */
  async drive(prepare: () => Promise<MergeContext>): Promise<void> {
    try {
      this.setState('preparing');
      this.context = await prepare();
      this.outcome = await this.pull(this.context);
      await this.finish(this.context, this.outcome);
    } catch (error) {
      this.matrices = null;
      this.snapshots.clear();
      this.flush();
      this.setState('failed', this.failure ?? error);
    }
  }

  private async pull(context: MergeContext): Promise<MergeOutcome> {
    const { method } = this.recipe;
    const merging = mergeMethod(method.name).merge(context, method);
    try {
      for (;;) {
        const started = performance.now();
        const next = await merging.next(this.stopping ? 'stop' : undefined);
        if (this.failure) throw this.failure;
        const elapsed = (performance.now() - started) / 1000;
        if (next.done) {
          this.seconds += elapsed;
          return next.value;
        }
        if (!measurements.has(next.value.type)) this.seconds += elapsed;
        this.handle(next.value, elapsed);
        await this.keepSnapshot(next.value);
        await this.breathe();
        if (next.value.type === 'training' || next.value.type === 'started') await this.waitWhilePaused();
        if (this.failure) throw this.failure;
      }
    } finally {
      // Frees the method's tensors when it did not come to its own end.
      await merging.return(undefined as never);
    }
  }

  private handle(progress: MergeProgress, elapsed: number): void {
    switch (progress.type) {
      case 'preparing':
        this.send({ type: 'preparing', run: this.id, note: progress.note });
        return;
      case 'started':
        this.steps = progress.steps;
        this.matrices = progress.matrices;
        this.setState('running');
        return;
      case 'training':
        this.allowance--;
        this.points.push(progress.point);
        this.stepTime = this.stepTime === 0 ? elapsed : 0.9 * this.stepTime + 0.1 * elapsed;
        if (performance.now() - this.lastUpdate > 1000 / updatesPerSecond) this.flush();
        return;
      case 'accuracy':
        this.flush();
        this.send({ type: 'accuracy', run: this.id, step: progress.step, score: progress.score });
        return;
      case 'validation':
        this.send({ ...progress, run: this.id });
        return;
      default:
        throw progress satisfies never;
    }
  }

  private async keepSnapshot({ type }: MergeProgress): Promise<void> {
    if (type === 'started') this.snapshots.clear();
    if ((type === 'started' || type === 'training') && this.matrices) await this.snapshots.see(this.matrices);
  }

  private async finish(context: MergeContext, outcome: MergeOutcome): Promise<void> {
    this.flush();
    this.matrices = outcome.supernet && savedMatrices(outcome.supernet, outcome.steps);
    const predictor = outcome.predictor();
    const score = await evaluate(predictor, context.tasks);
    predictor.dispose();
    if (this.failure) throw this.failure;
    const { steps, learnable, model, unmerge } = outcome;
    const reconstruction = await reconstructionFor(model && { model, unmerge }, context);
    const { name: method } = this.recipe.method;
    const { seconds } = this;
    this.send({
      type: 'result',
      run: this.id,
      result: { method, score, reconstruction, seconds, learnable, steps, merged: model?.architecture ?? null },
    });
    this.setState(this.stopping && steps < this.steps ? 'stopped' : 'done');
  }

  private flush(): void {
    if (this.points.length === 0) return;
    this.lastUpdate = performance.now();
    const points = this.points;
    this.points = [];
    const done = (points.at(-1)?.step ?? 0) + 1;
    this.send({
      type: 'training',
      run: this.id,
      steps: this.steps,
      points,
      stepsPerSecond: 1 / this.stepTime,
      secondsLeft: (this.steps - done) * this.stepTime,
    });
  }

  private async waitWhilePaused(): Promise<void> {
    if (this.allowance > 0 || this.stopping || this.failure) return;
    this.flush();
    this.setState('paused');
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = null;
    if (!this.failure) this.setState('running');
  }

  /** Lets messages from the page in. */
  private async breathe(): Promise<void> {
    if (performance.now() - this.lastTurn < turn) return;
    await messages();
    this.lastTurn = performance.now();
  }

  private setState(state: RunState, error?: unknown): void {
    this.state = state;
    this.send({ type: 'state', run: this.id, state, ...(error === undefined ? {} : { error: errorInfo(error) }) });
  }
}
