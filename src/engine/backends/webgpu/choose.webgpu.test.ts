import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { create } from 'webgpu';
import type { StudioError } from '../../errors.ts';
import { wasmPaths } from '../../testing/node.ts';
import { useBackend } from '../backends.ts';
import { chooseKernels, fits } from './choose.ts';
import { workgroupProduct } from './product-tiles.ts';
import { wgsl } from './program.ts';
import type { KernelChoices } from './start.ts';
import { tunables } from './tunables.ts';
import type { KernelChoice } from './variants.ts';
import { choiceOf } from './variants.ts';

let gpuErrors: StudioError[] = [];
/** A GPU that compiles and computes nothing, and has every feature. */
const nothing = create(['backend=null']);
const backend = () => tf.backend() as WebGPUBackend;
const onGpuError = (error: StudioError) => void gpuErrors.push(error);
const start = (kernelChoices?: KernelChoices) => useBackend('webgpu', { wasmPaths, onGpuError, kernelChoices });

/** Keeps choices as a page would, as text. */
function notebook() {
  const kept = new Map<string, string>();
  return {
    kept,
    recall: (adapter: string): KernelChoice | null => JSON.parse(kept.get(adapter) ?? 'null'),
    keep: (adapter: string, choice: KernelChoice) => void kept.set(adapter, JSON.stringify(choice)),
  };
}

beforeEach(() => {
  gpuErrors = [];
});
afterEach(() => expect(gpuErrors).toEqual([]));
afterAll(() => tf.removeBackend('webgpu'));

it('times the variants once for an adapter, and takes what is remembered from then on', async () => {
  const book = notebook();
  const { label } = await start(book);
  const adapter = label.replace('WebGPU · ', '');
  const choice = book.recall(adapter);
  expect(Object.keys(choice ?? {})).toEqual(tunables.map(({ operation }) => operation));
  expect(choiceOf(backend())).toEqual(choice);

  const other = { ...choice, columnSums: 'workgroup' };
  book.keep(adapter, other);
  await start(book);
  expect(choiceOf(backend())).toEqual(other);
});

it('times them again when what is remembered is not there any more', async () => {
  const book = notebook();
  const adapter = (await start()).label.replace('WebGPU · ', '');
  book.keep(adapter, { product: 'abacus' });
  await start(book);
  expect(fits(backend(), book.recall(adapter) ?? {}, false)).toBe(true);
});

it('keeps to its budget, and leaves no tensors and no data behind', async () => {
  await start();
  const [tensors, data] = [tf.memory().numTensors, backend().numDataIds()];
  const before = performance.now();
  await chooseKernels(backend(), { budget: 200 });
  expect(performance.now() - before).toBeLessThan(5000); // a busy processor plays GPU
  expect(tf.memory().numTensors).toBe(tensors);
  expect(backend().numDataIds()).toBe(data);
});

// It measures times: on a busy machine the fastest may once be another.
it('chooses no barriers where the GPU is a processor, which are fifty times slower', { retry: 2 }, async ({ skip }) => {
  await start();
  const adapter = await navigator.gpu.requestAdapter();
  skip(!/swiftshader|llvmpipe/i.test(adapter?.info.description ?? ''), 'not a software GPU');
  const choice = await chooseKernels(backend(), { budget: 20_000 });
  expect(choice).toMatchObject({ columnSums: 'parts', layerNorm: 'rows' });
  // tfjs' own product takes five to ten times as long as ours without barriers.
  for (const name of ['product', 'productTurnedB']) expect(choice[name]).not.toBe('stock');
});

it('never takes half precision unless it is allowed', async () => {
  await start();
  const choice = await chooseKernels(backend(), { budget: 0 });
  const half = { ...choice, product: 'workgroup64-half' };
  expect(fits(backend(), choice, false)).toBe(true);
  expect(fits(backend(), half, false)).toBe(false);
  expect(fits(backend(), half, true)).toBe(backend().device.features.has('shader-f16'));
});

it('has half precision kernels that compile where there is f16', async () => {
  const adapter = await nothing.requestAdapter();
  const device = await adapter!.requestDevice({ requiredFeatures: ['shader-f16'] });
  const errors: string[] = [];
  for (const [turnA, turnB, bias] of [
    [false, false, false],
    [false, true, true],
    [true, false, false],
    [true, true, false],
  ] as const) {
    const source = workgroupProduct({ turnA, turnB, bias, fours: false }, 64, 'f16');
    const module = device.createShaderModule({ code: wgsl(source) });
    const { messages } = await module.getCompilationInfo();
    errors.push(...messages.filter(({ type }) => type === 'error').map(({ message }) => message));
  }
  device.destroy();
  expect(errors).toEqual([]);
});
