/** The thread that reads inputs. */
import { parentPort, workerData } from 'node:worker_threads';
import { readers } from './readers.ts';
import { runRound } from './rounds.ts';
import type { Job } from './supervise.ts';

const { job, at } = workerData as { job: Job; at: Int32Array<SharedArrayBuffer> };
const reader = readers.find(({ name }) => name === job.reader);
if (!reader) throw new RangeError(`no reader ${job.reader}`);
// What is refused on the way may end in a promise that nobody waits for: that is a failure too.
process.on('unhandledRejection', (error) => {
  throw error;
});
parentPort?.postMessage(await runRound(reader, job.seed, job.runs, (input) => void Atomics.store(at, 0, input)));
