/** What drives a run, and how often it is driven again. */
import { StudioError } from '../engine/errors.ts';
import type { MergeContext } from '../engine/merging/method.ts';
import type { RunKeeper } from './keeping/run-keeper.ts';

/** How often a run goes on after its device was lost. */
export const mostLosses = 3;
/** Milliseconds that the news of a lost device may come after what it breaks. */
export const newsOfLoss = 500;

export interface Driving {
  /** Reads what the run needs; again, on a new device, when one was lost. Says what the backend is called. */
  prepare(): Promise<{ context: MergeContext; backend: string }>;
  /** What keeps the run's states; null: it trains nothing. */
  keeper(): Promise<RunKeeper | null>;
  /** Whether the run goes on from what was kept of it. */
  resume: boolean;
  /** What a person can do about an error, where more is known than it says. */
  explain(error: unknown): unknown;
  /** The run is over: what was kept of it may go, unless it can still go on. */
  over(canGoOn: boolean): Promise<void>;
}

export const lostTooOften = (last: StudioError | null): StudioError =>
  new StudioError({
    kind: 'backend',
    message: `The GPU was lost more than ${mostLosses} times in this run. ${last?.message ?? ''}`.trim(),
    advice: 'Choose the WASM backend at the top of the page, and let the run go on.',
    subject: 'WebGPU',
  });
