import { expect, it } from 'vitest';
import type { Recipe } from '../engine/recipe.ts';
import { copyDrops } from './keeping/copies.ts';
import type { Copier } from './keeping/keeping.ts';
import { openPlace } from './keeping/place.ts';
import { memoryDisk } from './keeping/testing.ts';
import type { RunStart, StudioApi } from './protocol.ts';
import { inState, points, recipe, resultOf, studio, training, weightsOf } from './testing.ts';

const start: RunStart = {
  started: 1234,
  colours: [0, 1],
  origin: 'person',
  needs: ['mlp-mnist-0to4.pt', 'mlp-mnist-5to9.pt', 'mnist.npz'].map((name) => ({
    name,
    bytes: null,
    fingerprint: null,
  })),
  resume: false,
};
const method: Recipe = recipe({ ...training, evaluateEvery: 10 });

/** A disk on which run "a" was broken off after some steps. */
async function brokenOff() {
  const disk = memoryDisk();
  let copying: Promise<void> | undefined;
  const copier = (...[run, drops]: Parameters<Copier>): Promise<void> => {
    copying = openPlace(disk.root).then((place) => copyDrops(place, run, drops));
    return copying;
  };
  const surroundings = { root: disk.root, copier };
  const { api, events, until } = await studio(undefined, surroundings);
  await api.run('a', method, { ...start, started: Date.now() });
  await until((event) => event.type === 'training');
  await api.pause('a');
  await until(inState('a', 'paused'));
  await until((event) => event.type === 'kept');
  await copying;
  return { disk, surroundings, api, step: points(events, 'a').length };
}

async function loadKept(api: StudioApi): Promise<void> {
  for (const drop of (await api.keptFiles('a')) ?? []) await api.load(drop);
}

it('a run that was broken off goes on in another worker, from copies of its files, to the same bits', async () => {
  const whole = await studio();
  await whole.api.run('whole', method);
  await whole.until(inState('whole', 'done'));
  const { disk, surroundings, step } = await brokenOff();

  const { api, events, until } = await studio([], surroundings);
  const [kept] = await api.keptRuns();
  expect(kept).toMatchObject({ id: 'a', recipe: method, step, steps: 42, copied: true, colours: [0, 1] });
  expect(await api.storage()).toMatchObject({ runs: 1 });
  await loadKept(api);
  await api.run('a', method, { ...start, resume: true });
  await until(inState('a', 'done'));
  expect(events.find(({ type }) => type === 'resumed')).toMatchObject({ points: step, measured: step });
  expect(points(events, 'a').map((point) => point.step)).toEqual(
    Array.from({ length: 42 - step }, (_, index) => step + index),
  );
  expect(points(events, 'a')).toEqual(points(whole.events, 'whole').slice(step));
  expect(resultOf(events, 'a')?.steps).toBe(42);
  expect(await weightsOf(api, 'a')).toEqual(await weightsOf(whole.api, 'whole'));
  // A run that is done leaves nothing behind.
  expect(disk.sizes()).toEqual({});
});

it('what was kept and is damaged is as if it were not there: the run begins again', async () => {
  const { disk, surroundings } = await brokenOff();
  for (const path of Object.keys(disk.sizes()).filter((name) => name.endsWith('.state'))) disk.damage(path, 1000);
  const { api, events, until } = await studio([], surroundings);
  await loadKept(api);
  await api.run('a', method, { ...start, resume: true });
  await until(inState('a', 'done'));
  expect(points(events, 'a')).toHaveLength(42);
});

it('all that is kept can be removed', async () => {
  const { disk, surroundings, api: first } = await brokenOff();
  await first.discard('a');
  expect(disk.sizes()).toEqual({});
  await brokenOff();
  const { api } = await studio([], surroundings);
  await api.clearStorage();
  expect(await api.storage()).toMatchObject({ runs: 0, bytes: 0 });
});

it('a browser that keeps no files says why, and trains all the same', async () => {
  const root = () => Promise.reject(new DOMException('no', 'SecurityError'));
  const { api, events, until } = await studio(undefined, { root });
  await api.run('a', method, start);
  await until(inState('a', 'done'));
  const said = events.filter(({ type }) => type === 'unkept');
  expect(said).toEqual([
    { type: 'unkept', run: 'a', reason: 'this browser allows this page no files, as in a private window' },
  ]);
  expect(await api.keptRuns()).toEqual([]);
  expect(await api.storage()).toMatchObject({ runs: 0, bytes: 0 });
});

it('a training that goes wrong ends with what it had learned before', async () => {
  const { api, events, until } = await studio(undefined, { root: memoryDisk().root });
  const wild = recipe({ ...training, learningRate: 0.1, epochs: 10, evaluateEvery: 0 });
  await api.run('a', wild, start);
  await api.pause('a');
  const isOver = (event: (typeof events)[number]) => event.type === 'state' && /stopped|failed|done/.test(event.state);
  while (!events.some(isOver)) {
    const count = events.length;
    await api.step('a');
    await until((event) => events.indexOf(event) >= count && event.type === 'state');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const end = events.find(isOver);
  expect(end).toMatchObject({ state: 'stopped' });
  const { message = '', advice = '' } = (end?.type === 'state' && end.error) || {};
  expect(message).toMatch(/at step \d+ .*: the training has diverged/);
  const [, step] = /The network is what was learned by step (\d+)/.exec(advice) ?? [];
  expect(advice).toMatch(/Try a learning rate of 0.01 or gradients clipped/);
  expect(resultOf(events, 'a')?.steps).toBe(Number(step));
  expect(events.find(({ type }) => type === 'resumed')).toMatchObject({ cause: 'diverged', measured: Number(step) });
  expect((await weightsOf(api, 'a')).length).toBeGreaterThan(1000);
});

it('a snapshot of a paused run goes on in another worker to the same bits, and tells what was measured', async () => {
  const whole = await studio();
  await whole.api.run('whole', method);
  await whole.until(inState('whole', 'done'));
  const before = await studio();
  await before.api.run('a', method);
  await before.until((event) => event.type === 'training');
  await before.api.pause('a');
  await before.until(inState('a', 'paused'));
  const step = points(before.events, 'a').length;
  const snapshot = await before.api.snapshot('a', JSON.stringify(measured));
  const file = new File([snapshot as Blob], 'a.snapshot');

  const { api, events, until } = await studio();
  expect(await api.readSnapshot(file)).toMatchObject({ name: 'broken off', recipe: method });
  await api.run('a', method, { snapshot: file });
  await until(inState('a', 'done'));
  expect(events.find(({ type }) => type === 'resumed')).toMatchObject({ points: step, measured: step });
  expect(points(events, 'a')).toEqual(points(whole.events, 'whole').slice(step));
  expect(await weightsOf(api, 'a')).toEqual(await weightsOf(whole.api, 'whole'));

  await api.run('b', method, { snapshot: new File([file.slice(0, file.size - 5)], 'b.snapshot') });
  await until(inState('b', 'failed'));
  expect(events.find(inState('b', 'failed'))).toMatchObject({ error: { advice: 'Start the run anew.' } });
  await expect(api.readSnapshot(new File(['no'], 'x.snapshot'))).rejects.toThrow('x.snapshot cannot be gone on with');
});

const measured = {
  name: 'broken off',
  started: 1234,
  recipe: method,
  colours: [0, 1],
  origin: 'person',
  state: 'stopped',
  steps: 42,
  curve: { steps: '', rates: '', losses: '', width: 0 },
  accuracy: [],
  validation: [],
  result: null,
  error: null,
  visible: true,
};
