import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StudioError } from '../errors.ts';
import { goldenLosses, readGolden, runGolden } from '../testing/golden.ts';
import { readFixture, wasmPaths } from '../testing/node.ts';
import { useBackend } from './backends.ts';

const gpuErrors: StudioError[] = [];

beforeAll(async () => {
  // Small tensors would else be computed on the processor and never reach the GPU.
  const status = await useBackend('webgpu', { wasmPaths, onGpuError: (error) => gpuErrors.push(error) });
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  expect(status).toMatchObject({ name: 'webgpu', label: expect.stringMatching(/^WebGPU · /) });
});

afterAll(() => tf.removeBackend('webgpu'));

it.each([
  ['mlp-full-first', 10],
  ['vit-full-first', 3],
  ['vit-low-rank-first', 3],
])(
  "%s: the first %d losses on WebGPU are the reference's",
  async (name, steps) => {
    const golden = await readGolden(readFixture, name);
    const { losses } = await runGolden(readFixture, golden, steps);
    const reference = goldenLosses(golden);
    expect(losses).toHaveLength(steps);
    for (const [step, [loss]] of losses.entries()) {
      const expected = reference[step]?.[0] ?? Number.NaN;
      expect(Math.abs((loss ?? Number.NaN) - expected) / expected, `step ${step}`).toBeLessThan(1e-4);
    }
    expect(gpuErrors).toEqual([]); // an error does not throw on the GPU, it returns an old buffer
  },
  600_000,
);
