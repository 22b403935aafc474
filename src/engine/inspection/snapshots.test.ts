import { expect, it } from 'vitest';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { randomModel, smallMlp, superNetOf } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { MatrixReader } from './matrices.ts';
import { liveMatrices } from './matrices.ts';
import { Snapshots } from './snapshots.ts';

await useNodeBackend('cpu');

/** A reader at this step, whose snapshots have so many bytes. */
const readerAt = (step: number, bytes = 1): MatrixReader => ({
  specs: [],
  owners: () => [],
  step: () => step,
  dense: async () => new Float32Array(),
  sizes: async () => [],
  bytes,
  snapshot: async () => readerAt(step, bytes),
});

async function after(steps: number, snapshots: Snapshots, bytes = 1, first = 0): Promise<number[]> {
  for (let step = first; step <= first + steps; step++) await snapshots.see(readerAt(step, bytes));
  return snapshots.steps;
}

it('are thinned to every second whenever there are too many', async () => {
  expect(await after(5, new Snapshots({ count: 6, bytes: 1000 }))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await after(6, new Snapshots({ count: 6, bytes: 1000 }))).toEqual([0, 2, 4, 6]);
  expect(await after(29, new Snapshots({ count: 6, bytes: 1000 }))).toEqual([0, 8, 16, 24]);
  const usual = new Snapshots();
  const steps = await after(10_000, usual);
  expect(steps.length).toBeGreaterThan(32);
  expect(steps.length).toBeLessThanOrEqual(64);
  expect(steps[0]).toBe(0);
});

it('stay within the bytes, and are none where one alone is too large', async () => {
  expect(await after(20, new Snapshots({ count: 64, bytes: 35 }), 10)).toEqual([0, 8, 16]);
  expect(await after(20, new Snapshots({ count: 64, bytes: 35 }), 36)).toEqual([]);
});

it('begin anew with another SuperNet, at its first step', async () => {
  const snapshots = new Snapshots({ count: 3, bytes: 1000 });
  await after(9, snapshots);
  snapshots.clear();
  expect(await after(4, snapshots, 1, 10)).toEqual([10, 12, 14]);
  expect(snapshots.at(12)?.step()).toBe(12);
  expect(snapshots.at(11)).toBeNull();
});

it.each(['full', 'diagonal+low-rank'] as const)('keep the values of a step bit by bit: %s', async (kind) => {
  const random = seededRandom(3);
  const supernet = superNetOf([randomModel(smallMlp, random), randomModel(smallMlp, random)], { kind, rank: 2 });
  const { matrices } = supernet;
  let step = 0;
  let learnable = toBackend(supernet.initial('random', 1));
  const reader = liveMatrices(
    { matrices, bodies: [0, 1] },
    () => learnable,
    () => step,
  );
  const name = 'layers.0.M';
  const start = (await reader.dense(name)).slice();
  const snapshots = new Snapshots();
  await snapshots.see(reader);
  disposeAll(learnable);
  learnable = toBackend(supernet.initial('random', 2));
  step = 1;
  await snapshots.see(reader);
  expect(await reader.dense(name)).not.toEqual(start);
  expect(await snapshots.at(0)?.dense(name)).toEqual(start);
  expect(await snapshots.at(1)?.dense(name)).toEqual(await reader.dense(name));
  expect(snapshots.at(0)?.bytes).toBe(4 * matrices.size);
  const [{ largest } = { largest: Number.NaN }] = (await snapshots.at(0)?.sizes([name])) ?? [];
  expect(largest).toBe(Math.max(...start.map(Math.abs)));
  disposeAll(learnable);
  supernet.dispose();
});
