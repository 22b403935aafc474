import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StudioError } from '../errors.ts';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { wasmPaths } from '../testing/node.ts';
import { useBackend } from './backends.ts';

const random = seededRandom(9);
const tensor = (...shape: number[]) => normals(shape, 1, random);
type Values = ReturnType<typeof tensor>;
const on = <T extends tf.Tensor>({ values, shape }: Values) => tf.tensor(values, [...shape]) as T;

const products = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 16, 17],
  [33, 64, 2],
  [4, 1, 8],
].flatMap(([m = 1, k = 1, n = 1]) =>
  [[], [3], [2, 3]].flatMap((batch) =>
    [false, true].flatMap((turnA) =>
      [false, true].map((turnB): [string, () => tf.Tensor] => {
        const a = tensor(...batch, ...(turnA ? [k, m] : [m, k]));
        const b = tensor(...batch, ...(turnB ? [n, k] : [k, n]));
        return [`[${a.shape}] × [${b.shape}], turned ${turnA} ${turnB}`, () => tf.matMul(on(a), on(b), turnA, turnB)];
      }),
    ),
  ),
);

const cube = tensor(5, 7, 9);
const reductions = [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]].flatMap((axes) =>
  [false, true].flatMap((keep): [string, () => tf.Tensor][] => [
    [`sum over ${axes}, keep ${keep}`, () => tf.sum(on(cube), axes, keep)],
    [`mean over ${axes}, keep ${keep}`, () => tf.mean(on(cube), axes, keep)],
  ]),
);

const parts = [tensor(2, 3, 4), tensor(2, 1, 4), tensor(2, 6, 4)];
const lists = Array.from({ length: 40 }, (_, index) => tensor(index + 1));
const others: [string, () => tf.Tensor][] = [
  ['softmax over the last axis', () => tf.softmax(on(cube))],
  ['softmax of large logits', () => tf.softmax(tf.mul(on(cube), 200))],
  [
    'concatenation in the middle',
    () =>
      tf.concat(
        parts.map((part) => on<tf.Tensor3D>(part)),
        1,
      ),
  ],
  ['concatenation of many', () => tf.concat1d(lists.map((list) => on<tf.Tensor1D>(list)))],
];

const cases = [...products, ...reductions, ...others];
const expected: Float32Array[] = [];
const gpuErrors: StudioError[] = [];

const compute = async (run: () => tf.Tensor): Promise<{ values: Float32Array; shape: number[] }> => {
  const result = tf.tidy(run);
  const values = ((await result.data()) as Float32Array).slice();
  result.dispose();
  return { values, shape: result.shape };
};

beforeAll(async () => {
  const options = { wasmPaths, onGpuError: (error: StudioError) => void gpuErrors.push(error) };
  await useBackend('cpu', options);
  for (const [, run] of cases) expected.push((await compute(run)).values);
  await useBackend('webgpu', options);
  // Small tensors would else be computed on the processor and never reach the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

afterAll(() => tf.removeBackend('webgpu'));

it.each(cases.map(([name, run], index) => ({ name, run, index })))('$name, as on cpu', async ({ run, index }) => {
  const { values, shape } = await compute(run);
  const reference = expected[index] ?? new Float32Array();
  expect(shape.reduce((product, axis) => product * axis, 1)).toBe(reference.length);
  for (const [i, value] of values.entries()) expect(Math.abs(value - (reference[i] ?? Number.NaN))).toBeLessThan(1e-4);
  expect(gpuErrors).toEqual([]);
});
