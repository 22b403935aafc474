import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backends/backends.ts';
import type { StudioError } from '../errors.ts';
import { smallVit } from '../testing/models.ts';
import { wasmPaths } from '../testing/node.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels } from './fs-merge/testing.ts';
import type { MergeProgress } from './method.ts';
import { interrupt, resumeFrom, runWhole, told } from './resume.testing.ts';

const gpuErrors: StudioError[] = [];

beforeAll(async () => {
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void gpuErrors.push(error) });
});

afterAll(() => tf.removeBackend('webgpu'));

const losses = (events: readonly MergeProgress[]) =>
  events.flatMap((event) => (event.type === 'training' ? event.point.losses : []));

const shape = (events: readonly MergeProgress[]) =>
  told(events).map((event) => [event.type, 'point' in event ? event.point.step : 'step' in event && event.step]);

it.each([
  { kind: 'full', clipNorm: 0.1, evaluateEvery: 4 },
  { kind: 'diagonal+low-rank', rank: 2, diagonalLearningRate: 3e-3, evaluateEvery: 3 },
])('on WebGPU, whose losses come a step late, a merge goes on to the same: %j', async (changes) => {
  const context = contextOf(randomModels([smallVit, smallVit]), { images: { train: 12, validation: 5 } });
  const method = fsMergeOptions({ epochs: 4, ...changes });
  const whole = await runWhole(context, method);
  for (const count of [1, 4, 6, 12]) {
    const { events, bytes } = await interrupt(context, method, count);
    const resume = resumeFrom(bytes);
    const before = tf.memory().numTensors;
    const { events: rest, outcome } = await runWhole({ ...context, resume }, method);
    expect(tf.memory().numTensors).toBe(before);
    // The same events, none missing and none twice.
    expect(shape([...events, ...rest])).toEqual(shape(whole.events));
    for (const [step, loss] of losses([...events, ...rest]).entries()) {
      const expected = losses(whole.events)[step] ?? Number.NaN;
      expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThan(1e-4);
    }
    for (const name of outcome.model?.weights.keys() ?? [])
      expect(largestGap(outcome.model, whole.outcome.model, name), name).toBeLessThan(1e-4);
  }
  expect(gpuErrors).toEqual([]);
});
