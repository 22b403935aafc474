/** The golden cases, whole, on WebGPU. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBackend } from './backends/backends.ts';
import type { StudioError } from './errors.ts';
import { goldenCases, goldenDistance } from './testing/golden-cases.ts';
import { wasmPaths } from './testing/node.ts';

const gpuErrors: StudioError[] = [];

beforeAll(async () => {
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void gpuErrors.push(error) });
  // Small tensors would else be computed on the processor and never reach the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

afterAll(() => tf.removeBackend('webgpu'));

it.each(goldenCases)('%s: losses, folded weights and accuracies', async (name) => {
  const before = tf.memory().numTensors;
  const { loss, weights, accuracy } = await goldenDistance(name);
  expect(loss).toBeLessThan(1e-4);
  expect(weights).toBeLessThan(1e-3);
  expect(accuracy).toBeLessThan(0.003);
  expect(tf.memory().numTensors).toBe(before);
  expect(gpuErrors).toEqual([]);
});
