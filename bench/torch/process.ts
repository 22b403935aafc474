/** PyTorch in a process of its own, which times steps on order. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { StepCase } from '../step/case.ts';

export interface Torch {
  /** "PyTorch 1.13.1" */
  version: string;
  /** Milliseconds of each of `count` steps. */
  time(of: StepCase, count: number): Promise<number[]>;
  close(): void;
}

/** PyTorch with so many threads, its matrix library's too. */
export async function startTorch(threads: number): Promise<Torch> {
  const limits = ['OMP', 'OPENBLAS', 'MKL'].map((library) => [`${library}_NUM_THREADS`, String(threads)]);
  const child = spawn(findPython(), ['bench/torch/step.py'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Threads that wait asleep: on a machine that does other things, waiting in loops costs PyTorch ten times as much.
    env: { ...process.env, OMP_WAIT_POLICY: 'passive', ...Object.fromEntries(limits) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = ended(child);
  const next = async () => {
    const { done, value } = await Promise.race([lines.next(), end]);
    // The streams close before the process is seen to end.
    return done ? end : JSON.parse(value);
  };
  const { version, gflops }: { version: string; gflops: number } = await next();
  if (gflops < slowest) {
    child.stdin.end();
    throw new Error(
      [
        `${version} multiplies matrices at ${gflops.toFixed(1)} GFLOP/s: it has no fast matrix library, so that`,
        'no comparison would be fair. On Debian: apt-get install libopenblas0-pthread.',
      ].join(' '),
    );
  }
  return {
    version,
    time(of, count) {
      child.stdin.write(`${JSON.stringify({ ...of, count })}\n`);
      return next();
    },
    close: () => child.stdin.end(),
  };
}

/** GFLOP/s of one thread below which matrices are multiplied by plain loops. */
const slowest = 8;

/** A Python that has PyTorch: the one that PYTHON names, else the first on the path or the system's. */
function findPython(): string {
  const candidates = process.env.PYTHON ? [process.env.PYTHON] : ['python3', '/usr/bin/python3'];
  const found = candidates.find(
    (python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
  if (found) return found;
  throw new Error(
    [
      `PyTorch is missing: none of ${candidates.join(', ')} has it.`,
      'On Debian: apt-get install python3-torch libopenblas0-pthread.',
      'Elsewhere: name a Python that has the package torch in PYTHON.',
    ].join(' '),
  );
}

/** Never resolves: an end is a failure for whoever waits for a line. */
const ended = (child: ChildProcess): Promise<never> => {
  const end = new Promise<never>((_, reject) => {
    child.on('error', ({ message }) => reject(new Error(`python3 cannot be started: ${message}`)));
    child.on('exit', (code) => reject(new Error(`PyTorch has ended with code ${code}`)));
  });
  // After `close` nobody waits any more.
  end.catch(() => undefined);
  return end;
};
