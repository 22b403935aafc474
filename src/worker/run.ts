/** Drives one merge: pulls its generator step by step, can pause, single-step and stop it, and tells the page in batches. */

import type { SchemeMatch } from '../engine/architectures/naming.ts';
import { StudioError } from '../engine/errors.ts';
import { evaluate } from '../engine/evaluation/evaluate.ts';
import type { MatrixReader } from '../engine/inspection/matrices.ts';
import { savedMatrices } from '../engine/inspection/matrices.ts';
import { Snapshots } from '../engine/inspection/snapshots.ts';
import { DivergedError } from '../engine/merging/loss-watch.ts';
import type { MergeContext, MergeOutcome, MergeProgress } from '../engine/merging/method.ts';
import { mergeMethod } from '../engine/merging/registry.ts';
import type { Recipe } from '../engine/recipe.ts';
import type { Driving } from './driving.ts';
import { lostTooOften, mostLosses, newsOfLoss } from './driving.ts';
import type { RunKeeper } from './keeping/run-keeper.ts';
import type { Kept } from './keeping/slots.ts';
import { messages } from './messages.ts';
import type { ResumeCause, RunEvent, RunState } from './protocol.ts';
import { reconstructionFor } from './reconstruct.ts';
import { Telling } from './telling.ts';
import { errorInfo } from './transfer.ts';

/** Progress whose time is not the method's own. */
const measurements: ReadonlySet<MergeProgress['type']> = new Set(['accuracy', 'validation']);

/** Longest time without looking at messages from the page, in milliseconds. */
const turn = 15;

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
  /** Whether the failure is that of a device, which can be had anew. */
  private lost = false;
  /** Why the run ended with an earlier state. */
  private trouble: StudioError | null = null;
  private keeper: RunKeeper | null = null;
  private wake: (() => void) | null = null;
  private readonly telling: Telling;
  private lastTurn = 0;
  private seconds = 0;

  constructor(
    readonly id: string,
    readonly recipe: Recipe,
    /** Naming of the first source, which the export keeps. */
    readonly naming: Pick<SchemeMatch, 'scheme' | 'rulesFor'>,
    private readonly send: (event: RunEvent) => void,
  ) {
    this.telling = new Telling(id, send);
  }

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

  /** What another run goes on from; to be asked for while this one is paused. */
  async take(): Promise<Kept | null> {
    return this.state === 'paused' ? ((await this.keeper?.take(this.seconds)) ?? null) : null;
  }

  /** Ends the run with this error at the next step. */
  fail(error: StudioError): void {
    this.failure = error;
    this.wake?.();
  }

  /** The device is gone: the run goes on from its last state on another one. */
  lose(error: StudioError): void {
    this.lost = true;
    this.fail(error);
  }

  /** Runs to the end; every outcome, also failure, is told as events. */
  async drive(driving: Driving): Promise<void> {
    try {
      this.setState('preparing');
      await this.tryAgain(driving);
      await driving.over(false);
    } catch (error) {
      this.matrices = null;
      this.snapshots.clear();
      this.telling.flush();
      this.setState('failed', driving.explain(this.failure ?? error), this.lost);
      await driving.over(this.lost);
    }
  }

  private async tryAgain(driving: Driving): Promise<void> {
    for (let losses = 0; ; losses++) {
      try {
        return await this.goOn(driving, losses);
      } catch (error) {
        if (!(await this.isLoss(error))) throw error;
        const { failure } = this;
        this.failure = null;
        if (losses === mostLosses) throw lostTooOften(failure);
        this.lost = false;
      }
    }
  }

  /** Trains from where the run is, and measures what came of it. */
  private async goOn({ prepare, keeper, resume }: Driving, losses: number): Promise<void> {
    const { context, backend } = await prepare();
    this.context = context;
    this.keeper ??= await keeper();
    const again = losses > 0;
    const kept = again || resume ? ((await this.keeper?.latest()) ?? null) : null;
    if (!again) this.seconds = kept?.note.seconds ?? 0;
    if (again || resume) this.tellResumed(kept, again ? 'gpu' : 'restart', backend);
    this.outcome = await this.train(context, kept, backend);
    await this.finish(context, this.outcome);
  }

  /** A training that goes wrong ends with the last state that was right, if there is one. */
  private async train(context: MergeContext, kept: Kept | null, backend: string): Promise<MergeOutcome> {
    try {
      return await this.pull({ ...context, resume: kept && { state: kept.state } });
    } catch (error) {
      const good = error instanceof DivergedError ? await this.keeper?.latest(error.step) : null;
      if (!good || !(error instanceof DivergedError)) throw error;
      const { step } = good.note;
      const advice = `The network is what was learned by step ${step.toLocaleString('en')}. ${error.advice}`;
      this.trouble = new StudioError({ ...error.info, advice });
      this.tellResumed(good, 'diverged', backend);
      return this.pull({ ...context, resume: { state: good.state, end: true } });
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
        await this.see(next.value, elapsed);
        if (this.failure) throw this.failure;
      }
    } finally {
      // Frees the method's tensors when it did not come to its own end.
      await merging.return(undefined as never);
    }
  }

  private async see(progress: MergeProgress, elapsed: number): Promise<void> {
    if (!measurements.has(progress.type)) this.seconds += elapsed;
    this.handle(progress, elapsed);
    await this.keepSnapshot(progress);
    await this.breathe();
    // A pause may have come in by now.
    if (progress.type === 'training') await this.keeper?.see(this.seconds, this.allowance <= 0);
    if (progress.type === 'training' || progress.type === 'started') await this.waitWhilePaused();
  }

  private handle(progress: MergeProgress, elapsed: number): void {
    switch (progress.type) {
      case 'preparing':
        this.send({ type: 'preparing', run: this.id, note: progress.note });
        return;
      case 'started':
        this.telling.steps = progress.steps;
        this.matrices = progress.matrices;
        this.keeper?.begin(progress.state, progress.steps);
        this.setState('running');
        return;
      case 'training':
        this.allowance--;
        this.telling.add(progress.point, elapsed);
        return;
      case 'accuracy':
        this.telling.flush();
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
    this.telling.flush();
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
    const early = this.trouble !== null || (this.stopping && steps < this.telling.steps);
    this.setState(early ? 'stopped' : 'done', this.trouble ?? undefined);
  }

  private tellResumed(kept: Kept | null, cause: ResumeCause, backend: string): void {
    this.telling.flush();
    const measured = kept?.note.step ?? 0;
    const points = measured - (kept?.state.current.untold.length ?? 0);
    this.send({ type: 'resumed', run: this.id, points, measured, cause, backend });
  }

  /** Whether a device was lost: whatever fails on it may be known before the loss is. */
  private async isLoss(error: unknown): Promise<boolean> {
    const until = performance.now() + (error instanceof StudioError ? 0 : newsOfLoss);
    while (!this.failure && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    return this.lost;
  }

  private async waitWhilePaused(): Promise<void> {
    if (this.allowance > 0 || this.stopping || this.failure) return;
    this.telling.flush();
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

  private setState(state: RunState, error?: unknown, canGoOn = false): void {
    this.state = state;
    const why = error === undefined ? {} : { error: errorInfo(error) };
    this.send({ type: 'state', run: this.id, state, ...why, ...(canGoOn ? { canGoOn } : {}) });
  }
}
