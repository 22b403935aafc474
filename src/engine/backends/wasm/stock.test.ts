/** Our forms of kernels that tfjs has: they compute what its cpu backend computes, and leave nothing behind. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { adamWStep } from '../../ops/adamw.ts';
import type { OperationCase } from '../../ops/testing.ts';
import { largestDifference, runCase } from '../../ops/testing.ts';
import { useNodeBackend } from '../../testing/node.ts';

type Run = OperationCase['run'];
const one = (title: string, shapes: number[][], run: Run): OperationCase => ({ title, shapes, run });

const broadcasts = [
  [[], []],
  [[5], []],
  [[], [3, 2]],
  [[7], [7]],
  [[3, 5], [5]],
  [[5], [3, 5]],
  [
    [3, 5],
    [3, 1],
  ],
  [
    [3, 1],
    [3, 5],
  ],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [2, 3, 5],
    [2, 1, 5],
  ],
  [
    [2, 3, 5],
    [1, 3, 1],
  ],
  [
    [2, 1, 4, 9],
    [4, 9],
  ],
  [
    [3, 1, 5],
    [3, 4, 5],
  ],
  [
    [2, 3, 1, 5],
    [3, 4, 1],
  ],
  [
    [2, 1, 3, 1, 2],
    [1, 4, 1, 2, 1],
  ],
  [
    [6, 17],
    [6, 17],
  ],
] as const;

const arithmetic = broadcasts.flatMap(([a, b]) =>
  ([tf.add, tf.sub, tf.mul] as const).map((operation, index) =>
    one(`${['sum', 'difference', 'product'][index]} of [${a}] and [${b}]`, [[...a], [...b]], ([x, y]) => [
      operation(x as tf.Tensor, y as tf.Tensor),
    ]),
  ),
);

const sums = [undefined, 0, 1, 2, [0, 1], [1, 2], [0, 2], [0, 1, 2], -1].flatMap((axis) =>
  [false, true].map((keep) =>
    one(`sum over ${axis}, dimensions kept ${keep}`, [[4, 5, 19]], ([x]) => [tf.sum(x as tf.Tensor, axis, keep)]),
  ),
);

const slices = [
  { begin: [0, 0, 0], size: [4, 5, 6] },
  { begin: [2, 0, 0], size: [2, 5, 6] },
  { begin: [0, 1, 0], size: [4, 3, 6] },
  { begin: [0, 0, 1], size: [4, 5, 3] },
  { begin: [3, 4, 5], size: [1, 1, 1] },
  { begin: [1, 1, 1], size: [2, 3, 4] },
  { begin: [0, 3, 2], size: [-1, -1, 2] },
  { begin: [0, 2, 0], size: [4, 0, 6] },
].map(({ begin, size }) =>
  one(`slice from [${begin}] of size [${size}]`, [[4, 5, 6]], ([x]) => [tf.slice(x as tf.Tensor, begin, size)]),
);

const paddings: [number, number][][] = [
  [
    [0, 0],
    [0, 0],
    [0, 0],
  ],
  [
    [1, 2],
    [0, 0],
    [0, 0],
  ],
  [
    [0, 0],
    [3, 0],
    [0, 0],
  ],
  [
    [0, 0],
    [0, 0],
    [2, 1],
  ],
  [
    [1, 0],
    [0, 2],
    [1, 1],
  ],
];

const copies = [
  ...paddings.map((padding) =>
    one(`padding [${padding.join('; ')}]`, [[2, 3, 5]], ([x]) => [tf.pad(x as tf.Tensor, padding)]),
  ),
  one('padding with ones', [[4]], ([x]) => [tf.pad(x as tf.Tensor, [[1, 2]], 1)]),
  ...[0, 1, 2].map((axis) =>
    one(`parts along axis ${axis}, together again`, [[6, 6, 6]], ([x]) => {
      const parts = tf.split(x as tf.Tensor, [1, 2, 3], axis);
      return [...parts, tf.concat(parts, axis), ...tf.split(x as tf.Tensor, 2, axis)];
    }),
  ),
  one('concatenation of one, and with an empty one', [[3], [0], [4]], ([x, y, z]) => [
    tf.concat([x as tf.Tensor1D]),
    tf.concat([x as tf.Tensor1D, y as tf.Tensor1D, z as tf.Tensor1D]),
  ]),
  ...[
    [1, 1, 1],
    [3, 1, 1],
    [1, 2, 1],
    [1, 1, 4],
    [2, 1, 3],
  ].map((times) => one(`repeated [${times}] times`, [[2, 3, 5]], ([x]) => [tf.tile(x as tf.Tensor, times)])),
  one('a copy', [[5, 3]], ([x]) => [tf.clone(x as tf.Tensor)]),
];

const all = [...arithmetic, ...sums, ...slices, ...copies];
const expected: Float32Array[][] = [];

beforeAll(async () => {
  await useNodeBackend('cpu');
  for (const each of all) expected.push(await runCase(each));
  await useNodeBackend('wasm');
});

it.each(all.map((each, index) => ({ ...each, index })))('$title', async ({ index, ...each }) => {
  expect(largestDifference(await runCase(each), expected[index] ?? [])).toBeLessThan(1e-6);
});

describe('numbers that are shared or edited', () => {
  it('keeps integers and truths as tfjs computes them', () => {
    const added = tf.add(tf.tensor1d([1, 2, 3], 'int32'), tf.scalar(4, 'int32'));
    expect([added.dtype, ...added.dataSync()]).toEqual(['int32', 5, 6, 7]);
    expect([...tf.concat([tf.tensor1d([1], 'int32'), tf.tensor1d([2], 'int32')]).dataSync()]).toEqual([1, 2]);
    expect(tf.sum(tf.tensor1d([true, true, false], 'bool')).dataSync()[0]).toBe(2);
  });

  it('multiplies by what an operand holds now', () => {
    const [a, b] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([1, 0, 0, 1], [2, 2])];
    expect([...tf.matMul(a, b).dataSync()]).toEqual([1, 2, 3, 4]);
    (tf.backend() as BackendWasm).typedArrayFromHeap(b).fill(1);
    expect([...tf.matMul(a, b).dataSync()]).toEqual([3, 3, 7, 7]);
  });

  it('broadcasts both operands of a product of stacks', async () => {
    const [a, b] = [tf.randomNormal([2, 1, 6, 5], 0, 1, 'float32', 1), tf.randomNormal([3, 5, 7], 0, 1, 'float32', 2)];
    const ours = tf.matMul(a, b);
    const repeated = tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(tf.reshape(b, [1, 3, 5, 7]), [2, 1, 1, 1]));
    expect(ours.shape).toEqual([2, 3, 6, 7]);
    expect(await ours.data()).toEqual(await repeated.data());
  });

  it('gives a copy of a tensor the numbers it had, whatever AdamW writes later', () => {
    const state = { value: tf.tensor1d([1, 2]), mean: tf.zeros([2]), variance: tf.zeros([2]) };
    const [kept, data] = [tf.clone(state.value), tf.backend().numDataIds()];
    const step = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, keep: 1, rate: 0.1, deviation: 1 };
    const next = adamWStep(state, tf.tensor1d([1, 1]), step);
    expect([...kept.dataSync()]).toEqual([1, 2]);
    expect(next.value.dataSync()[0]).toBeLessThan(1);
    kept.dispose();
    tf.dispose(next);
    // The gradient is still there; the state's three are not.
    expect(tf.backend().numDataIds()).toBe(data + 1 - 3);
  });

  it('updates in place where nothing is shared', () => {
    const state = { value: tf.tensor1d([1, 2]), mean: tf.zeros([2]), variance: tf.zeros([2]) };
    const place = (tf.backend() as BackendWasm).getMemoryOffset(state.value.dataId);
    const step = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, keep: 1, rate: 0.1, deviation: 1 };
    const next = adamWStep(state, tf.tensor1d([1, 1]), step);
    expect((tf.backend() as BackendWasm).getMemoryOffset(next.value.dataId)).toBe(place);
  });
});
