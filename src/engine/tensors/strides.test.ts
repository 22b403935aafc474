import { expect, it } from 'vitest';
import { permuteAxes, rowMajorStrides } from './strides.ts';

/** All orders of the numbers below `count`. */
const orders = (count: number): number[][] =>
  count === 0
    ? [[]]
    : orders(count - 1).flatMap((order) => Array.from({ length: count }, (_, at) => order.toSpliced(at, 0, count - 1)));

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Element by element, as the definition has it. */
function permuted(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = rowMajorStrides(shape);
  const inOrder = rowMajorStrides(axes.map((axis) => shape[axis]!));
  return values.map((_, index) => {
    const place = inOrder.map((stride, axis) => Math.floor(index / stride) % shape[axes[axis]!]!);
    return values[sum(place.map((at, axis) => at * strides[axes[axis]!]!))]!;
  });
}

it.each([[[37]], [[5, 33]], [[40, 3, 17]], [[2, 18, 1, 19]], [[3, 1, 16, 2, 5]], [[4, 0, 3]]])(
  'axes %j in every order',
  (shape) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index + 0.5);
    for (const axes of orders(shape.length)) {
      expect(permuteAxes(values, shape, axes), String(axes)).toEqual(permuted(values, shape, axes));
    }
  },
);
