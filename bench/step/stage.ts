/** Times steps on the backend of this thread. Prepared cases stay until they are forgotten: they take turns. */
import * as tf from '@tensorflow/tfjs-core';
import { peakBytes } from '../../src/engine/testing/live-bytes.ts';
import type { UnreadLosses } from '../../src/engine/training/trainer.ts';
import type { CrewOf, Prepared, StepCase } from './case.ts';
import { prepare } from './case.ts';
import { onStockKernels } from './stock-kernels.ts';

export interface Stage {
  /** The backend, and what it runs in. */
  label: string;
  /** Milliseconds of each of `count` steps; on a GPU, where steps overlap, of their mean. */
  time(of: StepCase, count: number): Promise<number[]>;
  /** Of a step on a GPU: the ms in which JavaScript prepares it, and those that the step takes, both means of `count`. */
  scripting(of: StepCase, count: number): Promise<Scripting>;
  /** The most bytes on the backend at once: sources, what is learned, AdamW's moments, two steps. */
  peak(of: StepCase): Promise<number>;
  /** Frees all cases. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export interface Scripting {
  script: number;
  step: number;
}

const cases = new Map<string, Promise<Prepared>>();

/** `crewOf` makes the other threads of cases that have more than one. */
export async function time(of: StepCase, count: number, crewOf: CrewOf | null = null): Promise<number[]> {
  const run = async () => timeSteps(await preparedCase(of, crewOf), count);
  return of.form === 'stock' ? onStockKernels(run) : run();
}

function preparedCase(of: StepCase, crewOf: CrewOf | null): Promise<Prepared> {
  const key = JSON.stringify(of);
  const prepared = cases.get(key) ?? prepare(of, crewOf);
  cases.set(key, prepared);
  return prepared;
}

/** JavaScript records a step and hands it over; what is read afterwards is waiting for the GPU. */
export async function scripting(of: StepCase, count: number): Promise<Scripting> {
  const { update, read } = await preparedCase(of, null);
  let script = 0;
  const start = performance.now();
  for (let step = 0; step < count; step++) {
    const began = performance.now();
    const losses = await update();
    script += performance.now() - began;
    await read(losses);
  }
  return { script: script / count, step: (performance.now() - start) / count };
}

const timeSteps = (prepared: Prepared, count: number): Promise<number[]> =>
  tf.getBackend() === 'webgpu' ? timeTogether(prepared, count) : timeEach(prepared, count);

async function timeEach({ update, read }: Prepared, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let step = 0; step < count; step++) {
    const start = performance.now();
    await read(await update());
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * As in the studio a GPU is given a step before the losses of the last one are read. Steps overlap: only their mean means
 * something.
 */
async function timeTogether({ update, read }: Prepared, count: number): Promise<number[]> {
  const start = performance.now();
  let unread: UnreadLosses | null = null;
  for (let step = 0; step < count; step++) {
    const losses = await update();
    if (unread) await read(unread);
    unread = losses;
  }
  if (unread) await read(unread);
  return [(performance.now() - start) / count];
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
