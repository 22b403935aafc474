/** M and U through the worker: now, and as they were. */
import { expect, it } from 'vitest';
import type { MatrixKind } from '../engine/recipe.ts';
import { inState, recipe, studio, training } from './testing.ts';

it.each<[string, MatrixKind]>([
  ['average', 'full'],
  ['first', 'diagonal+low-rank'],
])('from %s, %s: the start, every step, and the end bit by bit', async (initialisation, kind) => {
  const { api, until } = await studio();
  await api.run('a', recipe({ ...training, initialisation, kind, evaluateEvery: 0 }));
  await until(inState('a', 'done'));
  // 42 steps, and the start.
  const steps = await api.snapshots('a');
  expect(steps).toEqual(Array.from({ length: 43 }, (_, step) => step));
  const start = await api.matrix('a', 'layers.0.M', 0);
  const scale = initialisation === 'average' ? [0.5, 0.5] : [1, 0];
  const diagonal = (row: number, column: number) => (row % 128 === column ? scale[Math.floor(row / 128)] : 0);
  expect(start.step).toBe(0);
  expect(start.values.every((value, at) => value === diagonal(Math.floor(at / 128), at % 128))).toBe(true);
  for (const name of ['layers.0.M', 'layers.1.U']) {
    const [kept, now] = [await api.matrix('a', name, 42), await api.matrix('a', name)];
    expect(kept).toEqual(now);
    expect(now.values).not.toEqual((await api.matrix('a', name, 41)).values);
  }
  const [first] = await api.matrices('a', 0);
  expect(first).toMatchObject({ name: 'layers.0.M', largest: Math.max(...scale), heads: null });
  expect(first?.shares).toEqual(scale.map((value) => value ** 2 / (scale[0]! ** 2 + scale[1]! ** 2)));
  expect((await api.matrices('a'))[0]?.largest).toBe(
    (await api.matrix('a', 'layers.0.M')).values.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
});

it('a merge of more steps than are kept is thinned evenly; a run without M and U has none', async () => {
  const { api, until } = await studio();
  await api.run('long', recipe({ ...training, epochs: 20, evaluateEvery: 0 }));
  await until(inState('long', 'done'));
  const steps = await api.snapshots('long');
  // 140 steps: every fourth.
  expect(steps).toEqual(Array.from({ length: 36 }, (_, index) => 4 * index));
  await api.run('average', recipe({ name: 'average' }));
  await until(inState('average', 'done'));
  expect(await api.snapshots('average')).toEqual([]);
  await expect(api.matrices('average')).rejects.toMatchObject({ kind: 'run' });
});
