/** The operations on WebGPU are the stock ones on cpu, whichever variants of the kernels are chosen. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backends/backends.ts';
import { columnSumsVariants } from '../backends/webgpu/column-sums.ts';
import { layerNormVariants } from '../backends/webgpu/layer-norm.ts';
import { productOperation, productVariants } from '../backends/webgpu/product.ts';
import type { Variant } from '../backends/webgpu/variants.ts';
import { setChoice } from '../backends/webgpu/variants.ts';
import type { StudioError } from '../errors.ts';
import { wasmPaths } from '../testing/node.ts';
import type { OperationCase } from './testing.ts';
import { largestDifference, operationCases, runCase } from './testing.ts';

const expected = new Map<OperationCase, Float32Array[]>();
const gpuErrors: StudioError[] = [];
const backend = () => tf.backend() as WebGPUBackend;

beforeAll(async () => {
  const options = { wasmPaths, onGpuError: (error: StudioError) => void gpuErrors.push(error) };
  await useBackend('cpu', options);
  for (const one of operationCases) expected.set(one, await runCase(one));
  await useBackend('webgpu', options);
  // Small tensors would else be computed on the processor and never reach the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

afterEach(() => expect(gpuErrors).toEqual([]));
afterAll(() => tf.removeBackend('webgpu'));

const differenceOf = async (one: OperationCase): Promise<number> =>
  largestDifference(await runCase(one), expected.get(one) ?? []);

it.each(operationCases)('$title', async (one) => {
  expect(await differenceOf(one)).toBeLessThan(2e-5);
});

const products = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
].map(([turnA = false, turnB = false]) => productOperation(turnA, turnB));

describe.each([
  { operations: products, variants: productVariants, cases: /^(matMul|linear)/ },
  { operations: ['columnSums'], variants: columnSumsVariants, cases: /^linear/ },
  { operations: ['layerNorm'], variants: layerNormVariants, cases: /^layer norm/ },
])('every variant of $operations', ({ operations, variants, cases }) => {
  it.for<Variant>([...variants])('$name', async (variant, context) => {
    const lacks = variant.lacks(backend().device);
    context.skip(lacks !== null, lacks ?? '');
    setChoice(backend(), Object.fromEntries(operations.map((operation) => [operation, variant.name])));
    const wrong: string[] = [];
    for (const one of operationCases.filter(({ title }) => cases.test(title))) {
      const difference = await differenceOf(one);
      // tfjs' own products add up in an order of their own.
      const tolerance = variant.half ? 1e-2 : variant.name === 'stock' ? 1e-4 : 2e-5;
      if (!(difference < tolerance)) wrong.push(`${one.title}: ${difference}`);
    }
    setChoice(backend(), {});
    expect(wrong).toEqual([]);
  });
});

it('keeps a single program for each form, whatever the sizes', async () => {
  const { device } = backend();
  const { createComputePipeline } = device;
  let compiled = 0;
  device.createComputePipeline = (descriptor) => {
    compiled++;
    return createComputePipeline.call(device, descriptor);
  };
  const products = (sizes: number[]) => {
    for (const size of sizes) {
      tf.tidy(() => tf.matMul(tf.ones([size, 2 * size + 1]), tf.ones([2 * size + 1, size])));
    }
  };
  products([3, 5]);
  compiled = 0;
  products([7, 9, 11, 13, 15, 17, 19]);
  device.createComputePipeline = createComputePipeline;
  expect(compiled).toBe(0);
});
