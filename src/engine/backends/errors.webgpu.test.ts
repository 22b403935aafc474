import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, expect, it, vi } from 'vitest';
import type { StudioError } from '../errors.ts';
import { wasmPaths } from '../testing/node.ts';
import { useBackend } from './backends.ts';
import { emptyTensor, release, run } from './webgpu/program.ts';

afterAll(() => tf.removeBackend('webgpu'));

it('tells of every error of the GPU, which by itself throws nothing and returns old numbers', async () => {
  const errors: StudioError[] = [];
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void errors.push(error) });
  const { device } = tf.backend() as WebGPUBackend;
  device.createShaderModule({ code: 'this is no WGSL' });
  await vi.waitFor(() => expect(errors).toHaveLength(1));
  expect(errors[0]?.info).toMatchObject({
    kind: 'backend',
    subject: 'WebGPU',
    message: expect.stringMatching(/The GPU reported an error.*WGSL/s),
    advice: expect.stringMatching(/WASM/),
  });
});

it('tells of an error in a kernel of our own', async () => {
  const errors: StudioError[] = [];
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void errors.push(error) });
  const backend = tf.backend() as WebGPUBackend;
  const result = emptyTensor(backend, [4]);
  const source = { name: 'wrong', reads: [], writes: ['result'], sizes: ['count'], workgroup: 1 };
  run(
    backend,
    { ...source, body: 'result[index] = no_such_thing;' },
    {
      reads: [],
      writes: [result],
      sizes: { count: 4 },
      groups: 4,
    },
  );
  await backend.read(result.dataId);
  release(backend, result);
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0));
  expect(errors[0]?.message).toMatch(/no_such_thing/);
});
