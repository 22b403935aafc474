/** A few thousand hostile inputs for every reader, the same at every run, and all that ever failed; `npm run fuzz` reads more. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { StudioError } from '../src/engine/errors.ts';
import { outcomeOf } from './check.ts';
import { corpus } from './corpus.ts';
import { readDropped } from './drop.ts';
import { cifar, csv, idxPair, imagesNpz, mlpNpz, mlpPytorch, mlpSafetensors } from './make.ts';
import { readers } from './readers.ts';
import { judge, runRound } from './rounds.ts';
import { supervise } from './supervise.ts';

/** Inputs for each share of a reader. */
const runs = 60;

it.each(readers.map((reader) => [reader.name, reader] as const))(
  '%s: each input is read, or refused in words',
  async (_, reader) => {
    const { failure, read, refused } = await runRound(reader, 20_241_126, runs * reader.share, () => {});
    expect(failure?.problem).toBeUndefined();
    expect(read + refused).toBe(runs * reader.share);
  },
);

it.each(corpus().map(({ path, ...kept }) => [path, kept] as const))(
  '%s, which has failed once',
  async (_, { reader, files }) => {
    const known = readers.find(({ name }) => name === reader);
    if (!known) throw new RangeError(`no reader ${reader}`);
    expect((await judge(known, files)).problem).toBeNull();
  },
);

it.each([[[mlpSafetensors]], [[mlpPytorch]], [[mlpNpz]], [[imagesNpz]], [idxPair], [[cifar]], [[csv]]])(
  'what the inputs are made of is read: %o',
  async (files) => {
    expect(await readDropped(files)).toEqual([]);
  },
);

describe('what would be wrong is noticed', () => {
  const refusal = new StudioError({ kind: 'file', message: 'It is damaged.', advice: 'Take another.' });

  it('an error that is not for people, or says nothing', async () => {
    expect(await outcomeOf(async () => [])).toEqual({ ended: 'read', problem: null });
    expect(await outcomeOf(async () => [refusal])).toEqual({ ended: 'refused', problem: null });
    expect((await outcomeOf(() => Promise.reject(new TypeError('x is undefined')))).problem).toContain(
      'not an error for people',
    );
    const without = new StudioError({ ...refusal.info, advice: '' });
    expect((await outcomeOf(() => Promise.reject(without))).problem).toContain('without words');
    const unclear = new StudioError({ ...refusal.info, message: 'undefined is no shape' });
    expect((await outcomeOf(async () => [unclear])).problem).toContain('unclear');
  });

  it('a property of a prototype, which is taken away again', async () => {
    const pollute = async () => {
      Object.assign(Object.getPrototypeOf({}), { polluted: 1 });
      return [];
    };
    expect((await outcomeOf(pollute)).problem).toContain('polluted');
    expect('polluted' in {}).toBe(false);
  });

  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const script = (name: string, code: string): URL => {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, `import { parentPort, workerData } from 'node:worker_threads';\n${code}\n`);
    return pathToFileURL(path);
  };
  afterAll(() => rmSync(folder, { recursive: true }));
  const job = { reader: 'any', seed: 1, runs: 5 };

  it('a hang, at its input', async () => {
    const hang = script('hang', 'Atomics.store(workerData.at, 0, 3); for (;;);');
    expect(await supervise(hang, job, 500)).toMatchObject({ ended: 'hang', input: 3 });
  });

  it('a crash, at its input', async () => {
    const crash = script('crash', 'Atomics.store(workerData.at, 0, 2); throw new Error("down");');
    expect(await supervise(crash, job)).toMatchObject({
      ended: 'crash',
      input: 2,
      why: expect.stringContaining('down'),
    });
    const exit = script('exit', 'Atomics.store(workerData.at, 0, 4); process.exit(7);');
    expect(await supervise(exit, job)).toMatchObject({ ended: 'crash', input: 4 });
  });
});
