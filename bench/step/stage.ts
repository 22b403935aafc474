/** Times steps on the backend of this thread. Prepared cases stay until they are forgotten, so that they can take turns. */
import * as tf from '@tensorflow/tfjs-core';
import { peakBytes } from '../../src/engine/testing/live-bytes.ts';
import type { UnreadLosses } from '../../src/engine/training/trainer.ts';
import type { CrewOf, Prepared, StepCase } from './case.ts';
import { prepare } from './case.ts';

export interface Stage {
  /** The backend, and what it runs in. */
  label: string;
  /** Milliseconds of each of `count` steps. */
  time(of: StepCase, count: number): Promise<number[]>;
  /** The most bytes on the backend at once: sources, what is learned, AdamW's moments, two steps. */
  peak(of: StepCase): Promise<number>;
  /** Frees all cases. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

const cases = new Map<string, Promise<Prepared>>();

/** `crewOf` makes the other threads of cases that have more than one. */
export async function time(of: StepCase, count: number, crewOf: CrewOf | null = null): Promise<number[]> {
  const key = JSON.stringify(of);
  const prepared = cases.get(key) ?? prepare(of, crewOf);
  cases.set(key, prepared);
  return timeSteps(await prepared, count);
}

/** From the end of one step to the end of the next. As in the studio a GPU is given a step before the last one's losses are read. */
async function timeSteps({ update, read }: Prepared, count: number): Promise<number[]> {
  const late = tf.getBackend() === 'webgpu' ? 1 : 0;
  const unread: UnreadLosses[] = [];
  const times: number[] = [];
  let end = performance.now();
  const readOne = async () => {
    await read(unread.shift() ?? []);
    times.push(performance.now() - end);
    end = performance.now();
  };
  for (let step = 0; step < count; step++) {
    unread.push(await update());
    if (unread.length > late) await readOne();
  }
  while (unread.length > 0) await readOne();
  return times;
}

export const peak = (of: StepCase): Promise<number> =>
  peakBytes(async () => {
    const prepared = await prepare(of, null);
    await timeSteps(prepared, 2);
    prepared.dispose();
  });

export async function forget(): Promise<void> {
  for (const prepared of cases.values()) (await prepared).dispose();
  cases.clear();
}
