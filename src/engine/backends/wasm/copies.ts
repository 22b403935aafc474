/** Slices, parts, concatenations and repetitions on the wasm heap: runs of numbers are copied, which tfjs does slowly. */
import * as tf from '@tensorflow/tfjs-core';
import type { Heap, Kernel } from './heap.ts';

const size = tf.util.sizeFromShape;

/** The stock kernel copies the numbers; nothing but AdamW writes into a tensor, and it looks whether they are shared. */
export const identity: Kernel = ({ inputs, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  return x.dtype === 'string' ? stock() : heap.again(x);
};

export const slice: Kernel = ({ inputs, attributes, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  const { begin, size: lengths } = attributes as { begin: number[]; size: number[] };
  const [from = [], shape = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, lengths);
  const axis = singleAxis(x.shape, shape);
  return x.dtype === 'float32' && axis !== null ? cut(heap, x, shape, axis, from[axis] ?? 0) : stock();
};

export const split: Kernel = ({ inputs, attributes, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  if (x.dtype !== 'float32') return stock();
  const { numOrSizeSplits, axis: given } = attributes as { numOrSizeSplits: number | number[]; axis: number };
  const axis = tf.util.parseAxisParam(given, x.shape)[0] ?? 0;
  let start = 0;
  return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, axis).map((length) => {
    const part = cut(heap, x, x.shape.with(axis, length), axis, start);
    start += length;
    return part;
  });
};

/** The part of x of this shape that starts at `start` of the axis and has all of the others. */
function cut(heap: Heap, x: tf.TensorInfo, shape: number[], axis: number, start: number): tf.TensorInfo {
  const out = heap.output(shape);
  const inner = 4 * size(x.shape.slice(axis + 1));
  const [whole, run] = [inner * (x.shape[axis] ?? 0), inner * (shape[axis] ?? 0)];
  const from = heap.address(x) + inner * start;
  heap.assembly.copyRuns(from, whole, heap.address(out), run, size(shape.slice(0, axis)), run);
  return out;
}

export const concat: Kernel = ({ inputs, attributes, heap, stock }) => {
  const parts = Object.values(inputs) as tf.TensorInfo[];
  if (parts.some(({ dtype }) => dtype !== 'float32')) return stock();
  const shapes = parts.map(({ shape }) => shape);
  const axis = tf.util.parseAxisParam((attributes as { axis: number }).axis, shapes[0] ?? [])[0] ?? 0;
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const out = heap.output(tf.backend_util.computeOutShape(shapes, axis));
  const [rows, whole] = [size(out.shape.slice(0, axis)), 4 * size(out.shape.slice(axis))];
  let to = heap.address(out);
  for (const part of parts) {
    const run = 4 * size(part.shape.slice(axis));
    heap.assembly.copyRuns(heap.address(part), run, to, whole, rows, run);
    to += run;
  }
  return out;
};

/** A vector in consecutive pieces. */
export const pieces: Kernel = ({ inputs, attributes, heap }) => {
  let from = heap.address(inputs.x as tf.TensorInfo);
  return (attributes as { shapes: number[][] }).shapes.map((shape) => {
    const [out, bytes] = [heap.output(shape), 4 * size(shape)];
    heap.assembly.copyRuns(from, 0, heap.address(out), 0, 1, bytes);
    from += bytes;
    return out;
  });
};

export const joined: Kernel = ({ inputs, heap }) => {
  const parts = Object.values(inputs) as tf.TensorInfo[];
  const out = heap.output([parts.reduce((sum, { shape }) => sum + size(shape), 0)]);
  let to = heap.address(out);
  for (const part of parts) {
    const bytes = 4 * size(part.shape);
    heap.assembly.copyRuns(heap.address(part), 0, to, 0, 1, bytes);
    to += bytes;
  }
  return out;
};

/** Zeros before and after along one axis, as a slice's gradient has them. */
export const pad: Kernel = ({ inputs, attributes, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  const { paddings, constantValue } = attributes as { paddings: [number, number][]; constantValue: number };
  const shape = paddings.map(([before, after], axis) => before + (x.shape[axis] ?? 0) + after);
  const axis = singleAxis(shape, x.shape);
  if (x.dtype !== 'float32' || constantValue !== 0 || axis === null) return stock();
  const out = heap.output(shape);
  heap.assembly.zeros(heap.address(out), 4 * size(shape));
  const inner = 4 * size(shape.slice(axis + 1));
  const [whole, run] = [inner * (shape[axis] ?? 0), inner * (x.shape[axis] ?? 0)];
  const to = heap.address(out) + inner * (paddings[axis]?.[0] ?? 0);
  heap.assembly.copyRuns(heap.address(x), run, to, whole, size(shape.slice(0, axis)), run);
  return out;
};

export const tile: Kernel = ({ inputs, attributes, heap, stock }) => {
  const x = inputs.x as tf.TensorInfo;
  const { reps } = attributes as { reps: number[] };
  const shape = x.shape.map((length, axis) => length * (reps[axis] ?? 1));
  const axis = singleAxis(shape, x.shape);
  if (x.dtype !== 'float32' || axis === null) return stock();
  const out = heap.output(shape);
  const [rows, run] = [size(shape.slice(0, axis)), 4 * size(x.shape.slice(axis))];
  const times = reps[axis] ?? 1;
  for (let time = 0; time < times; time++) {
    heap.assembly.copyRuns(heap.address(x), run, heap.address(out) + time * run, times * run, rows, run);
  }
  return out;
};

/** The axis along which two shapes differ, the first where they are equal; null where there is no such one. */
function singleAxis(a: readonly number[], b: readonly number[]): number | null {
  const differing = a.flatMap((length, axis) => (length === b[axis] ? [] : [axis]));
  return differing.length <= 1 && a.length > 0 ? (differing[0] ?? 0) : null;
}
