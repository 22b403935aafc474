import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, it } from 'vitest';
import { seededRandom } from '../engine/random.ts';
import { memoryDisk } from './keeping/testing.ts';
import type { RunStart, StudioEvent } from './protocol.ts';
import { inState, points, recipe, studio, training, weightsOf } from './testing.ts';

afterAll(() => tf.removeBackend('webgpu'));

/** Moments at which the device is destroyed. */
const moments = Number(process.env.KILL_MOMENTS ?? 2);

const start: RunStart = { started: 0, colours: [0, 1], origin: 'person', needs: [], resume: false };
const method = recipe({ ...training, epochs: 2, evaluateEvery: 5 });
const steps = 14;

const destroy = () => (tf.backend() as WebGPUBackend).device.destroy();
const isOver = (event: StudioEvent) => event.type === 'state' && /done|failed/.test(event.state);

/** The largest difference of two files of weights, past their headers. */
function gap(a: Uint8Array, b: Uint8Array): number {
  const numbers = ({ buffer }: Uint8Array) => {
    const header = Number(new DataView(buffer).getBigUint64(0, true));
    return new Float32Array(buffer.slice(8 + header));
  };
  const [ours, theirs] = [numbers(a), numbers(b)];
  expect(ours.length).toBe(theirs.length);
  return ours.reduce((most, value, index) => Math.max(most, Math.abs(value - (theirs[index] ?? Number.NaN))), 0);
}

it(`a GPU that is lost at ${moments} moments of a run changes nothing of what comes out`, async () => {
  const whole = await studio(undefined, { backend: 'webgpu' });
  const began = performance.now();
  await whole.api.run('whole', method, start);
  await whole.until(inState('whole', 'done'));
  const seconds = (performance.now() - began) / 1000;
  const expected = await weightsOf(whole.api, 'whole');

  const random = seededRandom(11);
  for (let trial = 0; trial < moments; trial++) {
    const { api, events, until } = await studio(undefined, { backend: 'webgpu', root: memoryDisk().root });
    const moment = random.uniform() * seconds;
    await api.run('a', method, start);
    // Every second trial has a state to go on from, the others begin again.
    if (trial % 2) {
      await until((event) => event.type === 'training');
      await api.pause('a');
      await until(inState('a', 'paused'));
      await api.resume('a');
    }
    await new Promise((resolve) => setTimeout(resolve, 1000 * moment));
    const late = events.some(isOver);
    destroy();
    await until(isOver);
    const what = `lost after ${moment.toFixed(2)} s of ${seconds.toFixed(2)}`;
    expect(events.find(isOver), what).toMatchObject({ state: 'done' });
    const resumed = events.filter(({ type }) => type === 'resumed');
    if (!late) expect(resumed, what).toEqual([expect.objectContaining({ cause: 'gpu' })]);
    const last = resumed.at(-1);
    const from = last?.type === 'resumed' ? last.points : 0;
    expect(points(events.slice(events.indexOf(last as StudioEvent)), 'a').map(({ step }) => step)).toEqual(
      Array.from({ length: steps - from }, (_, index) => from + index),
    );
    if (!late) expect(gap(await weightsOf(api, 'a'), expected), what).toBeLessThan(1e-4);
  }
});

it('a GPU that is lost again and again ends the run, and says what to do', async () => {
  const { api, events, until } = await studio(undefined, { backend: 'webgpu', root: memoryDisk().root });
  await api.run('a', recipe({ ...training, epochs: 2000 }), start);
  for (let loss = 0; loss < 4; loss++) {
    events.length = 0;
    await until((event) => event.type === 'training');
    events.length = 0;
    destroy();
    await until((event) => event.type === 'resumed' || isOver(event));
  }
  expect(events.find(isOver)).toMatchObject({
    state: 'failed',
    error: { kind: 'backend', advice: expect.stringMatching(/Choose the WASM backend/) },
  });
});
