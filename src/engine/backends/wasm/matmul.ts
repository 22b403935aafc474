/** Matrix products on the wasm heap. Nothing is kept from one product to the next, so operands may be edited in place. */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './heap.ts';

/** Stacks of matrices broadcast against each other, any operand stored turned. */
export const matMul: Kernel = ({ inputs, attributes, heap, stock }) => {
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return stock();
  const [m, k] = matrixOf(a, transposeA);
  const [, n] = matrixOf(b, transposeB);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = heap.output([...batch, m, n]);
  if (tf.util.sizeFromShape(out.shape) === 0) return out;

  const { assembly } = heap;
  const scratch = heap.scratch(assembly.matMulScratch());
  const [fromA, fromB, to] = [heap.address(a), heap.address(b), heap.address(out)];
  const [lda, ldb] = [4 * (transposeA ? m : k), 4 * (transposeB ? k : n)];
  const multiply = (rows: number, left: number, right: number, result: number) =>
    assembly.matMul(rows, n, k, left, lda, transposeA, right, ldb, transposeB, result, 4 * n, 0, scratch);

  const one = tf.util.sizeFromShape(b.shape) === k * n;
  if (one && !transposeA) multiply(tf.util.sizeFromShape(a.shape.slice(0, -1)), fromA, fromB, to);
  else {
    const lefts = matrices(a.shape.slice(0, -2), batch);
    const rights = matrices(b.shape.slice(0, -2), batch);
    for (const [index, left] of lefts.entries()) {
      multiply(m, fromA + 4 * m * k * left, fromB + 4 * k * n * (rights[index] ?? 0), to + 4 * m * n * index);
    }
  }
  return out;
};

/** `x Wᵀ + b` */
export const linear: Kernel = ({ inputs, heap }) => {
  const { x, weight, bias } = inputs as { x: tf.TensorInfo; weight: tf.TensorInfo; bias: tf.TensorInfo };
  const [m = 0, k = 0] = x.shape;
  const [n = 0] = weight.shape;
  if (weight.shape[1] !== k || tf.util.sizeFromShape(bias.shape) !== n) {
    throw new RangeError(`a linear layer of ${weight.shape} with ${bias.shape} biases does not take ${x.shape}`);
  }
  const out = heap.output([m, n]);
  const [left, right, start, to] = [heap.address(x), heap.address(weight), heap.address(bias), heap.address(out)];
  const scratch = heap.scratch(heap.assembly.matMulScratch());
  heap.assembly.matMul(m, n, k, left, 4 * k, false, right, 4 * k, true, to, 4 * n, start, scratch);
  return out;
};

/** Rows and columns as they are multiplied. */
function matrixOf({ shape }: tf.TensorInfo, turned: boolean): [number, number] {
  const [rows = 0, columns = 0] = shape.slice(-2);
  return turned ? [columns, rows] : [rows, columns];
}

/** For each matrix of the result, which matrix of an operand with these outer sizes it takes. */
function matrices(own: readonly number[], batch: readonly number[]): number[] {
  const padded = [...batch.slice(own.length).map(() => 1), ...own];
  let taken = [0];
  for (const [axis, count] of batch.entries()) {
    const size = padded[axis] ?? 1;
    taken = taken.flatMap((outer) => Array.from({ length: count }, (_, i) => outer * size + (size === 1 ? 0 : i)));
  }
  return taken;
}
