/** Concatenation, slices and splits: numbers that lie together are copied as they lie, without a program. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { elementOf, once, storedAs } from './fours.ts';
import type { Source } from './program.ts';
import { copy, emptyTensor, groupsOf, run } from './program.ts';
import type { KernelCall } from './stock.ts';
import { stockKernel } from './stock.ts';

const workgroup = 64;
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** Rows that are part of longer rows: `row` numbers of every `total`, from `offset` on. */
interface Rows {
  count: number;
  row: number;
  total: number;
  offset: number;
}

/** Puts rows into longer ones (`into`), or takes them out. */
const rowsSource = once((element, way: 'into' | 'out'): Source => {
  const whole = 'index / sizes.row * sizes.total + sizes.offset + index % sizes.row';
  return {
    name: `rows_${way}_${element.type}`,
    reads: ['x'],
    writes: ['result'],
    sizes: ['count', 'row', 'total', 'offset'],
    elements: storedAs(element, 'x', 'result'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      let whole = ${whole};
      ${way === 'into' ? 'result[whole] = x[index];' : 'result[index] = x[whole];'}`,
  };
});

function moveRows(backend: WebGPUBackend, way: 'into' | 'out', x: tf.TensorInfo, result: tf.TensorInfo, rows: Rows) {
  const together = rows.count === rows.row;
  if (together) {
    const [at, place] = way === 'into' ? [0, rows.offset] : [rows.offset, 0];
    copy(backend, { from: x, at }, { to: result, place }, rows.count);
    return;
  }
  const element = [rows.row, rows.total, rows.offset].map(elementOf).find(({ size }) => size === 1) ?? elementOf(0);
  const [count, row, total, offset] = [rows.count, rows.row, rows.total, rows.offset].map((n) => n / element.size);
  run(backend, rowsSource(element, way), {
    reads: [x],
    writes: [result],
    sizes: { count, row, total, offset } as Record<keyof Rows, number>,
    groups: groupsOf(count ?? 0, workgroup),
  });
}

/** Kernel `Concat`: each input into its place, where tfjs asks for every number which input it comes from. */
export function concat(call: KernelCall): tf.TensorInfo {
  const inputs = Object.values(call.inputs) as tf.TensorInfo[];
  const shapes = inputs.map((input) => input.shape);
  const axis = tf.util.parseAxisParam((call.attrs as { axis: number }).axis, shapes[0] ?? [])[0] ?? 0;
  if (inputs.length < 2 || !inputs.every(({ dtype }) => dtype === 'float32')) {
    return stockKernel('Concat')(call) as tf.TensorInfo;
  }
  const backend = call.backend as WebGPUBackend;
  const result = emptyTensor(backend, tf.backend_util.computeOutShape(shapes, axis));
  const total = sizeOf(result.shape.slice(axis));
  let offset = 0;
  for (const input of inputs) {
    const row = sizeOf(input.shape.slice(axis));
    const count = sizeOf(input.shape);
    if (count > 0) moveRows(backend, 'into', input, result, { count, row, total, offset });
    offset += row;
  }
  return result;
}

/** Kernel `Slice`, along one axis. */
export function slice(call: KernelCall): tf.TensorInfo {
  const x = call.inputs.x as tf.TensorInfo;
  const { begin, size } = call.attrs as { begin: number[]; size: number[] };
  const [from, shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
  const cut = shape.flatMap((length, axis) => (length === x.shape[axis] ? [] : [axis]));
  if (x.dtype !== 'float32' || cut.length > 1 || sizeOf(shape) === 0)
    return stockKernel('Slice')(call) as tf.TensorInfo;
  const backend = call.backend as WebGPUBackend;
  const result = emptyTensor(backend, shape);
  const axis = cut[0] ?? 0;
  moveRows(backend, 'out', x, result, {
    count: sizeOf(shape),
    row: sizeOf(shape.slice(axis)),
    total: sizeOf(x.shape.slice(axis)),
    offset: (from[axis] ?? 0) * sizeOf(shape.slice(axis + 1)),
  });
  return result;
}

/** Kernel `SplitV`. */
export function split({ inputs, backend, attrs }: KernelCall): tf.TensorInfo[] {
  const x = inputs.x as tf.TensorInfo;
  const { numOrSizeSplits, axis } = attrs as { numOrSizeSplits: number | number[]; axis: number };
  const along = tf.util.parseAxisParam(axis, x.shape)[0] ?? 0;
  let start = 0;
  return tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along).map((length) => {
    const begin = x.shape.map((_, index) => (index === along ? start : 0));
    const size = x.shape.map((whole, index) => (index === along ? length : whole));
    start += length;
    return slice({ inputs: { x }, backend, attrs: { begin, size } });
  });
}
