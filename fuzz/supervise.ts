/** Reads inputs in a thread of their own, so that a hang or a crash ends the thread and not the test. */
import { Worker } from 'node:worker_threads';
import type { Failure, Round } from './rounds.ts';
import { patience } from './rounds.ts';

/** Memory of the thread's JavaScript, in MB. */
const heap = 1024;
/** Memory of the whole process that no input may need, in bytes. */
const mostMemory = 3e9;

export interface Job {
  reader: string;
  seed: number;
  runs: number;
}

/** What became of a job: a round, or where it hung or crashed. */
export type Ending = { ended: 'round'; round: Round } | { ended: 'hang' | 'crash'; input: number; why: string };

/** `script`: of a thread that takes `{job, at}` as its data, writes the number of each input to `at[0]` and posts its round. */
export function supervise(script: URL, job: Job, inputPatience = 2 * patience): Promise<Ending> {
  const at = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const thread = new Worker(script, { workerData: { job, at }, resourceLimits: { maxOldGenerationSizeMb: heap } });
  return new Promise((done) => {
    let seen = -1;
    let since = Date.now();
    let over = false;
    const end = (ending: Ending) => {
      if (over) return;
      over = true;
      clearInterval(watch);
      void thread.terminate().then(() => done(ending));
    };
    const watch = setInterval(() => {
      const input = Atomics.load(at, 0);
      if (input !== seen) [seen, since] = [input, Date.now()];
      // A thread that has just begun loads its code.
      const allowed = input < 0 ? inputPatience + 30_000 : inputPatience;
      if (Date.now() - since > allowed) end({ ended: 'hang', input, why: `no end after ${allowed} ms` });
      if (process.memoryUsage.rss() > mostMemory) end({ ended: 'crash', input, why: 'took more than 3 GB' });
    }, 250);
    thread.once('message', (round: Round) => end({ ended: 'round', round }));
    thread.once('error', (error) => end({ ended: 'crash', input: Atomics.load(at, 0), why: String(error) }));
    thread.once('exit', (code) => end({ ended: 'crash', input: Atomics.load(at, 0), why: `exit code ${code}` }));
  });
}

export type { Failure };
