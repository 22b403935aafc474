import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../random.ts';
import { normals } from '../../supernet/matrix-kind.ts';
import { useNodeBackend } from '../../testing/node.ts';

const sizes = [
  [1, 1, 1],
  [3, 5, 7],
  [17, 16, 17],
  [33, 64, 2],
  [8, 1, 9],
] as const;
const batches = [[], [3], [2, 3]] as const;
const transposes = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const cases = sizes.flatMap(([rows, inner, columns]) =>
  batches.flatMap((batch) =>
    transposes.map(([transposeA, transposeB]) => ({
      a: [...batch, ...(transposeA ? [inner, rows] : [rows, inner])],
      b: [...batch, ...(transposeB ? [columns, inner] : [inner, columns])],
      transposeA,
      transposeB,
    })),
  ),
);

describe('the matrix product on wasm', () => {
  const expected: Float32Array[] = [];
  const random = seededRandom(3);
  const inputs = cases.map(({ a, b }) => [normals(a, 1, random), normals(b, 1, random)] as const);

  async function product(index: number): Promise<Float32Array> {
    const { transposeA, transposeB } = cases[index] as (typeof cases)[number];
    const [a, b] = inputs[index] as (typeof inputs)[number];
    const result = tf.tidy(() =>
      tf.matMul(tf.tensor(a.values, [...a.shape]), tf.tensor(b.values, [...b.shape]), transposeA, transposeB),
    );
    const values = (await result.data()) as Float32Array;
    result.dispose();
    return values.slice();
  }

  beforeAll(async () => {
    await useNodeBackend('cpu');
    for (const index of cases.keys()) expected.push(await product(index));
    await useNodeBackend('wasm');
  });

  it.each(cases.map((shapes, index) => ({ ...shapes, index })))(
    '$a × $b, transposed $transposeA and $transposeB, as on cpu, without leaving tensors behind',
    async ({ index }) => {
      const before = tf.backend().numDataIds();
      const ours = await product(index);
      const theirs = expected[index] ?? new Float32Array();
      expect(ours.length).toBe(theirs.length);
      for (const [i, value] of ours.entries()) expect(Math.abs(value - (theirs[i] ?? Number.NaN))).toBeLessThan(1e-5);
      expect(tf.backend().numDataIds()).toBe(before);
    },
  );
});

describe('slices on wasm', () => {
  const cube = normals([4, 5, 6], 1, seededRandom(5));
  const cases = [
    { begin: [0, 0, 0], size: [4, 5, 6] },
    { begin: [2, 0, 0], size: [2, 5, 6] },
    { begin: [1, 2, 0], size: [1, 3, 6] },
    { begin: [3, 4, 5], size: [1, 1, 1] },
    { begin: [1, 1, 1], size: [2, 3, 4] },
    { begin: [0, 3, 2], size: [-1, -1, 2] },
  ];

  it.each(cases)('from $begin of size $size', async ({ begin, size }) => {
    await useNodeBackend('wasm');
    const before = tf.backend().numDataIds();
    const sliced = tf.tidy(() => tf.slice(tf.tensor(cube.values, [4, 5, 6]), begin, size));
    const ours = (await sliced.data()).slice();
    sliced.dispose();
    const [planes, rows, columns] = size.map((length, axis) => (length < 0 ? [4, 5, 6][axis]! - begin[axis]! : length));
    const expected: number[] = [];
    for (let i = 0; i < planes!; i++)
      for (let j = 0; j < rows!; j++)
        for (let k = 0; k < columns!; k++)
          expected.push(cube.values[((begin[0]! + i) * 5 + begin[1]! + j) * 6 + begin[2]! + k]!);
    expect([...ours]).toEqual(expected);
    expect(tf.backend().numDataIds()).toBe(before);
  });
});
