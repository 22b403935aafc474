/** Sums, differences and products of numbers, and sums over axes, on the wasm heap. */
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from './heap.ts';

const size = tf.util.sizeFromShape;

export const combination =
  (name: 'add' | 'subtract' | 'multiply'): Kernel =>
  ({ inputs, heap, stock }) => {
    const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);
    const plan = broadcastPlan(a.shape, b.shape, shape);
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !plan) return stock();
    const out = heap.output(shape);
    if (size(shape) === 0) return out;
    const { planes, rows, columns, left, right } = plan;
    for (let plane = 0; plane < planes; plane++) {
      const [one, other] = [heap.address(a) + 4 * left.plane * plane, heap.address(b) + 4 * right.plane * plane];
      const to = heap.address(out) + 4 * rows * columns * plane;
      heap.assembly[name](one, left.row, left.step, other, right.row, right.step, to, rows, columns);
    }
    return out;
  };

/** The result seen as planes of rows and columns, and how many numbers each operand goes on from one to the next. */
interface BroadcastPlan {
  planes: number;
  rows: number;
  columns: number;
  left: Steps;
  right: Steps;
}

interface Steps {
  plane: number;
  row: number;
  step: number;
}

/** Null where planes, rows and columns do not suffice. */
function broadcastPlan(a: readonly number[], b: readonly number[], shape: readonly number[]): BroadcastPlan | null {
  const groups = axisGroups(a, b, shape);
  if (groups.length > 3) return null;
  while (groups.length < 3) groups.unshift({ size: 1, left: true, right: true });
  const [planes, rows, columns] = groups as [AxisGroup, AxisGroup, AxisGroup];
  const steps = (own: 'left' | 'right'): Steps => {
    const row = columns[own] ? columns.size : 1;
    const plane = row * (rows[own] ? rows.size : 1);
    return { plane: planes[own] ? plane : 0, row: rows[own] ? row : 0, step: columns[own] ? 1 : 0 };
  };
  return {
    planes: planes.size,
    rows: rows.size,
    columns: columns.size,
    left: steps('left'),
    right: steps('right'),
  };
}

/** Neighbouring axes as one, and which operands have numbers of their own along them. */
interface AxisGroup {
  size: number;
  left: boolean;
  right: boolean;
}

/** Axes of length 1 are left out. */
function axisGroups(a: readonly number[], b: readonly number[], shape: readonly number[]): AxisGroup[] {
  const groups: AxisGroup[] = [];
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const left = (a[axis - shape.length + a.length] ?? 1) > 1;
    const right = (b[axis - shape.length + b.length] ?? 1) > 1;
    const group = groups.at(-1);
    if (group && group.left === left && group.right === right) group.size *= length;
    else groups.push({ size: length, left, right });
  }
  return groups;
}

/** Over neighbouring axes. */
export const sum: Kernel = ({ inputs, attributes, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  const { axis, keepDims } = attributes as { axis: number | number[]; keepDims?: boolean };
  const axes = tf.util.parseAxisParam(axis, x.shape).sort((one, other) => one - other);
  const [first = 0] = axes;
  const neighbours = axes.length > 0 && axes.every((value, index) => value === first + index);
  if (x.dtype !== 'float32' || !neighbours || size(x.shape) === 0) return stock();
  const shape = x.shape.flatMap((length, at) => (axes.includes(at) ? (keepDims ? [1] : []) : [length]));
  const out = heap.output(shape);
  const inner = size(x.shape.slice(first + axes.length));
  const length = size(x.shape.slice(first, first + axes.length));
  heap.assembly.sums(heap.address(x), heap.address(out), size(x.shape.slice(0, first)), length, inner);
  return out;
};
