/** What is said about runs that are kept, lost and gone on with. */
import type { ResumeCause } from '../../worker/protocol.ts';
import type { Run } from '../runs/run.ts';
import { count, percent } from './numbers.ts';

interface Resumed {
  /** Steps that were taken before, and that it went on from. */
  before: number;
  step: number;
  backend: string;
}

/** "The GPU was lost after step 312. The run went on from step 250 with WebGPU · Apple M3." */
export function resumedText(cause: Exclude<ResumeCause, 'diverged'>, { before, step, backend }: Resumed): string {
  const from = step === 0 ? 'began again' : `went on from step ${count(step)}`;
  if (cause === 'gpu') return `The GPU was lost after step ${count(before)}. The run ${from} with ${backend}.`;
  return `The run ${from} with ${backend}: its training had been broken off after step ${count(before)}.`;
}

/** What becomes of a run that trains if its tab is closed; null where nobody knows yet. */
export function closingText({ kept, unkept }: Pick<Run, 'kept' | 'unkept'>): string | null {
  if (unkept !== null) return `If this tab is closed, the run cannot go on later, because ${unkept}.`;
  if (kept === null) return null;
  return `Kept to step ${count(kept.step)}, in ${percent(kept.share)} of its time: it can go on after this tab is closed.`;
}

export const brokenText = ({ step, steps }: NonNullable<Run['broken']>): string =>
  `Broken off at step ${count(step)} of ${count(steps)}; it can go on to the same result.`;
