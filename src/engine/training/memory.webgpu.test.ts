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

// On an emulated GPU 500 steps take minutes where inner features are compared layer by layer, and half a minute for attention heads.
const paths = trainingPaths.map((path) => ({ ...path, steps: path.objective === 'inner' ? 50 : 200 }));

it.each(paths)('on WebGPU tensors and bytes stay flat, all go in the end: %o', async ({ steps, ...path }) => {
  await expectFlat(path, steps);
  expect(gpuErrors).toEqual([]);
});
