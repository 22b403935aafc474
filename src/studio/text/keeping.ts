/** What is said about runs that are kept, lost and gone on with. */
import type { ResumeCause } from '../../worker/protocol.ts';
import { count } from './numbers.ts';

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

export const unkeptText = (reason: string): string =>
  `If this tab is closed, the run cannot go on later, because ${reason}.`;
