/** Starts a worker for each copying, which ends with it: a copy never waits for a training step, nor a step for it. */
import * as comlink from 'comlink';
import type { CopierApi } from './copier.worker.ts';
import type { Copier } from './keeping.ts';

export const workerCopier: Copier = async (run, drops) => {
  const worker = new Worker(new URL('./copier.worker.ts', import.meta.url), { type: 'module', name: 'copier' });
  try {
    await Promise.race([comlink.wrap<CopierApi>(worker).copy(run, drops), crashOf(worker)]);
  } finally {
    worker.terminate();
  }
};

const crashOf = (worker: Worker): Promise<never> =>
  new Promise((_, reject) => {
    worker.addEventListener('error', ({ message }) => reject(new Error(message)));
  });
