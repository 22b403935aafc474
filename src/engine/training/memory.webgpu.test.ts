import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useBackend } from '../backends/backends.ts';
import type { StudioError } from '../errors.ts';
import { expectFlat, trainingPaths } from '../testing/flat.ts';
import { wasmPaths } from '../testing/node.ts';

const gpuErrors: StudioError[] = [];

beforeAll(async () => {
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void gpuErrors.push(error) });
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

afterAll(() => tf.removeBackend('webgpu'));

it.each(trainingPaths)('tensors and bytes stay flat over 500 steps on WebGPU, all go in the end: %o', async (path) => {
  await expectFlat(path, 500);
  expect(gpuErrors).toEqual([]);
});
