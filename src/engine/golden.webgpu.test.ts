/** Golden cases, whole, on WebGPU: those with something of their own; with GOLDEN=all, all of them, which takes another minute. */
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

/** Others have the same kind, scope and objective from another start. */
const alike = new Set(['mlp-full-average', 'mlp-full-first', 'vit-full-first', 'vit-low-rank-first']);
const cases = goldenCases.filter((name) => process.env.GOLDEN === 'all' || !alike.has(name));

it.each(cases)('%s: losses, folded weights and accuracies', async (name) => {
  const before = tf.memory().numTensors;
  const { loss, weights, accuracy } = await goldenDistance(name);
  expect(loss).toBeLessThan(1e-4);
  expect(weights).toBeLessThan(1e-3);
  expect(accuracy).toBeLessThan(0.003);
  expect(tf.memory().numTensors).toBe(before);
  expect(gpuErrors).toEqual([]);
});
