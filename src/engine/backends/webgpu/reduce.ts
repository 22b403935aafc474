/** Sums, means and softmax without barriers, which tfjs' own are built on. Stock kernels stay for what these don't cover. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, release, run } from './program.ts';
import type { KernelCall } from './stock.ts';
import { stockKernel } from './stock.ts';

const workgroup = 64;
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** `[outer, length, inner] → [outer, parts, inner]`: each invocation adds up every `parts`-th number, for one number of the result. */
const sumSource: Source = {
  name: 'sum_over_axes',
  reads: ['x'],
  writes: ['sums'],
  sizes: ['count', 'length', 'parts', 'inner'],
  factors: ['factor'],
  workgroup,
  body: `
    if (index >= sizes.count) { return; }
    let part = index / sizes.inner % sizes.parts;
    let outer = index / sizes.inner / sizes.parts;
    var at = (outer * sizes.length + part) * sizes.inner + index % sizes.inner;
    var sum = 0.0;
    for (var i = part; i < sizes.length; i += sizes.parts) { sum += x[at]; at += sizes.parts * sizes.inner; }
    sums[index] = sum * sizes.factor;`,
};

/** Numbers that an invocation adds up where few invocations have many to add. */
const atOnce = 64;
const few = 4096;

/** Sums of `x` seen as `[outer, length, inner]`, times `factor`, in as many passes as it takes to keep the GPU busy. */
function sumOver(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  { outer, length, inner, factor }: Record<'outer' | 'length' | 'inner' | 'factor', number>,
  shape: number[],
): tf.TensorInfo {
  const split = outer * inner < few && length > 4 * atOnce;
  const parts = split ? Math.ceil(length / atOnce) : 1;
  const count = outer * parts * inner;
  const sums = emptyTensor(backend, split ? [outer, parts, inner] : shape);
  const sizes = { count, length, parts, inner, factor: split ? 1 : factor };
  run(backend, sumSource, { reads: [x], writes: [sums], sizes, groups: groupsOf(count, workgroup) });
  if (!split) return sums;
  const total = sumOver(backend, sums, { outer, length: parts, inner, factor }, shape);
  release(backend, sums);
  return total;
}

const softmaxSource: Source = {
  name: 'softmax_rows',
  reads: ['x'],
  writes: ['result'],
  sizes: ['count', 'length'],
  workgroup,
  body: `
    if (index >= sizes.count) { return; }
    let start = index * sizes.length;
    var largest = x[start];
    for (var i = 1u; i < sizes.length; i++) { largest = max(largest, x[start + i]); }
    var sum = 0.0;
    for (var i = 0u; i < sizes.length; i++) { sum += exp(x[start + i] - largest); }
    for (var i = 0u; i < sizes.length; i++) { result[start + i] = exp(x[start + i] - largest) / sum; }`,
};

/** Kernels `Sum` and `Mean`, over neighbouring axes. */
export const reduction =
  (kernel: 'Sum' | 'Mean') =>
  (call: KernelCall): tf.TensorInfo => {
    const x = call.inputs.x as tf.TensorInfo;
    const { axis, keepDims = false } = call.attrs as { axis: number | number[]; keepDims?: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const first = axes[0] ?? 0;
    const neighbours = axes.length > 0 && axes.every((value, index) => value === first + index);
    if (x.dtype !== 'float32' || !neighbours || sizeOf(x.shape) === 0)
      return stockKernel(kernel)(call) as tf.TensorInfo;
    const backend = call.backend as WebGPUBackend;
    const length = sizeOf(axes.map((value) => x.shape[value] ?? 1));
    const inner = sizeOf(x.shape.slice((axes.at(-1) ?? 0) + 1));
    const kept = keepDims ? [1] : [];
    const shape = x.shape.flatMap((size, index) => (axes.includes(index) ? kept : [size]));
    const outer = sizeOf(x.shape.slice(0, first));
    return sumOver(backend, x, { outer, length, inner, factor: kernel === 'Mean' ? 1 / length : 1 }, shape);
  };

/** Kernel `Softmax`, over the last axis. */
export function softmax(call: KernelCall): tf.TensorInfo {
  const x = call.inputs.logits as tf.TensorInfo;
  const last = (call.attrs as { dim: number }).dim === x.shape.length - 1;
  if (!last || x.dtype !== 'float32' || sizeOf(x.shape) === 0) return stockKernel('Softmax')(call) as tf.TensorInfo;
  const backend = call.backend as WebGPUBackend;
  const result = emptyTensor(backend, x.shape);
  const length = x.shape.at(-1) ?? 1;
  const count = sizeOf(x.shape) / length;
  run(backend, softmaxSource, {
    reads: [x],
    writes: [result],
    sizes: { count, length },
    groups: groupsOf(count, workgroup),
  });
  return result;
}
