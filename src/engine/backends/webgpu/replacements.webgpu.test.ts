/** The kernels in the place of tfjs' own give what the cpu backend gives. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StudioError } from '../../errors.ts';
import { seededRandom } from '../../random.ts';
import { normals } from '../../supernet/matrix-kind.ts';
import { wasmPaths } from '../../testing/node.ts';
import { useBackend } from '../backends.ts';

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

const long = tensor(3, 20_000);
const parts = [tensor(2, 3, 4), tensor(2, 1, 4), tensor(2, 6, 4)];
const lists = Array.from({ length: 40 }, (_, index) => tensor(index + 1));
const others: [string, () => tf.Tensor][] = [
  ['sum of many', () => tf.sum(on(long))],
  ['mean of many, by row', () => tf.mean(on(long), 1)],
  ['sum over a long first axis', () => tf.sum(tf.reshape(on(long), [20_000, 3]), 0)],
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

const slices: [string, number[], number[]][] = [
  ['whole', [0, 0, 0], [5, 7, 9]],
  ['of the first axis', [2, 0, 0], [2, 7, 9]],
  ['of the middle', [0, 3, 0], [5, 2, 9]],
  ['of the last axis', [0, 0, 4], [5, 7, 3]],
  ['of two axes', [1, 0, 4], [3, 7, 3]],
  ['to the end', [4, 0, 0], [-1, -1, -1]],
];
const fours = tensor(6, 4, 8);
const moves: [string, () => tf.Tensor][] = [
  ...slices.map(([title, begin, size]): [string, () => tf.Tensor] => [
    `slice ${title}`,
    () => tf.slice(on(cube), begin, size),
  ]),
  ['slice of fours', () => tf.slice(on(fours), [0, 0, 4], [6, 4, 4])],
  ['concatenation of fours', () => tf.concat([on<tf.Tensor>(fours), on<tf.Tensor>(fours)], 2)],
  ['second part of a split', () => tf.split(on<tf.Tensor>(fours), [1, 2, 3], 0)[1] as tf.Tensor],
  ['last part of a split of the last axis', () => tf.split(on<tf.Tensor>(fours), 2, 2)[1] as tf.Tensor],
];

const cases = [...products, ...reductions, ...others, ...moves];
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
  for (const [i, value] of values.entries())
    expect(Math.abs(value - (reference[i] ?? Number.NaN))).toBeLessThan(
      1e-4 * Math.max(1, Math.abs(reference[i] ?? 0)),
    );
  expect(gpuErrors).toEqual([]);
});

it('repeats batches of both operands where one alone is not enough', async () => {
  // tfjs' cpu backend computes too few numbers here.
  const [a, b] = [tensor(2, 1, 3, 4), tensor(3, 4, 5)];
  const { values, shape } = await compute(() => tf.matMul(on(a), on(b)));
  expect(shape).toEqual([2, 3, 3, 5]);
  const { values: last } = await compute(() => {
    const left = tf.reshape(tf.slice(on(a), [1, 0, 0, 0], [1, 1, 3, 4]), [3, 4]);
    const right = tf.reshape(tf.slice(on(b), [2, 0, 0], [1, 4, 5]), [4, 5]);
    return tf.matMul(left, right);
  });
  expect([...values.slice(-15)]).toEqual([...last]);
});
