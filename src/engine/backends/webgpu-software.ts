/**
 * Kernels for WebGPU that is emulated on a processor. There a workgroup barrier costs more than all arithmetic, and tfjs' own
 * matrix product, reductions and softmax are built on barriers; these have none. Stock kernels stay for what they don't cover.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program';
import * as tf from '@tensorflow/tfjs-core';

type Integers = Record<string, number>;

/** A program whose every invocation works alone on element `index` of `count`. Inputs are flat arrays of floats. */
function program(
  name: string,
  inputs: string[],
  shape: number[],
  count: number,
  uniforms: Integers,
  body: string,
): WebGPUProgram {
  const workgroup = 64;
  const groups = Math.ceil(count / workgroup);
  const across = Math.min(groups, 65_535);
  return {
    shaderKey: name,
    variableNames: inputs,
    outputShape: shape,
    uniforms: `count : i32, ${Object.keys(uniforms)
      .map((key) => `${key} : i32, `)
      .join('')}`,
    workgroupSize: [workgroup, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [across, Math.ceil(groups / across), 1],
    getUserCode: () => `fn main(index : i32) { if (index >= uniforms.count) { return; } ${body} }`,
  };
}

function run(
  backend: WebGPUBackend,
  inputs: tf.TensorInfo[],
  name: string,
  variables: string[],
  shape: number[],
  count: number,
  uniforms: Integers,
  body: string,
  output?: tf.TensorInfo,
): tf.TensorInfo {
  const values = [count, ...Object.values(uniforms)].map((value) => ({ type: 'int32', data: [value] }));
  return backend.runWebGPUProgram(
    program(name, variables, shape, count, uniforms, body),
    inputs,
    'float32',
    values,
    output,
  );
}

const product = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

/** `[batch, m, k] · [batch, k, n]`: each invocation computes a tile of 4 × 4 in registers. Operands may be transposed. */
function matMul(
  backend: WebGPUBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  turnA: boolean,
  turnB: boolean,
): tf.TensorInfo {
  const [rowsA = 1, columnsA = 1] = a.shape.slice(-2);
  const [rowsB = 1, columnsB = 1] = b.shape.slice(-2);
  const [m, k, n] = [turnA ? columnsA : rowsA, turnA ? rowsA : columnsA, turnB ? rowsB : columnsB];
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const uniforms = { m, n, k, batchA: product(a.shape.slice(0, -2)), batchB: product(b.shape.slice(0, -2)) };
  const count = product(outer) * Math.ceil(m / 4) * Math.ceil(n / 4);
  const readA = (row: string) => (turnA ? `A[atA + i * uniforms.m + ${row}]` : `A[atA + ${row} * uniforms.k + i]`);
  const readB = (column: string) =>
    turnB ? `B[atB + ${column} * uniforms.k + i]` : `B[atB + i * uniforms.n + ${column}]`;
  const four = [0, 1, 2, 3];
  return run(
    backend,
    [a, b],
    `plain_matmul_${turnA}_${turnB}`,
    ['A', 'B'],
    [...outer, m, n],
    count,
    uniforms,
    `
    let tilesN = (uniforms.n + 3) / 4;
    let tiles = tilesN * ((uniforms.m + 3) / 4);
    let batch = index / tiles;
    let row = (index % tiles) / tilesN * 4;
    let column = index % tilesN * 4;
    let rows = min(vec4<i32>(row, row + 1, row + 2, row + 3), vec4<i32>(uniforms.m - 1));
    let columns = min(vec4<i32>(column, column + 1, column + 2, column + 3), vec4<i32>(uniforms.n - 1));
    let atA = batch % uniforms.batchA * uniforms.m * uniforms.k;
    let atB = batch % uniforms.batchB * uniforms.n * uniforms.k;
    ${four.map((i) => `var sum${i} = vec4<f32>(0.0);`).join(' ')}
    for (var i = 0; i < uniforms.k; i++) {
      let b = vec4<f32>(${four.map((j) => readB(`columns[${j}]`)).join(', ')});
      ${four.map((j) => `sum${j} += ${readA(`rows[${j}]`)} * b;`).join(' ')}
    }
    let start = (batch * uniforms.m + row) * uniforms.n + column;
    ${four
      .map(
        (i) => `if (row + ${i} < uniforms.m) { for (var j = 0; j < 4 && column + j < uniforms.n; j++) {
      result[start + ${i} * uniforms.n + j] = sum${i}[j];
    } }`,
      )
      .join(' ')}`,
  );
}

/** Sum or mean over neighbouring axes: x seen as `[outer, length, inner]`, each invocation adds up one number. */
function reduce(
  backend: WebGPUBackend,
  x: tf.TensorInfo,
  axes: number[],
  keepDims: boolean,
  mean: boolean,
): tf.TensorInfo {
  const first = axes[0] ?? 0;
  const inner = product(x.shape.slice((axes.at(-1) ?? 0) + 1));
  const length = product(axes.map((axis) => x.shape[axis] ?? 1));
  const shape = x.shape.flatMap((size, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [size]));
  const count = product(x.shape.slice(0, first)) * inner;
  return run(
    backend,
    [x],
    `plain_reduce_${mean}`,
    ['A'],
    shape,
    count,
    { length, inner },
    `
    let start = index / uniforms.inner * uniforms.length * uniforms.inner + index % uniforms.inner;
    var sum = 0.0;
    for (var i = 0; i < uniforms.length; i++) { sum += A[start + i * uniforms.inner]; }
    result[index] = sum${mean ? ' / f32(uniforms.length)' : ''};`,
  );
}

/** Softmax over the last axis, one row an invocation. */
function softmax(backend: WebGPUBackend, x: tf.TensorInfo): tf.TensorInfo {
  const length = x.shape.at(-1) ?? 1;
  return run(
    backend,
    [x],
    'plain_softmax',
    ['A'],
    x.shape,
    product(x.shape) / length,
    { length },
    `
    let start = index * uniforms.length;
    var largest = A[start];
    for (var i = 1; i < uniforms.length; i++) { largest = max(largest, A[start + i]); }
    var sum = 0.0;
    for (var i = 0; i < uniforms.length; i++) { sum += exp(A[start + i] - largest); }
    for (var i = 0; i < uniforms.length; i++) { result[start + i] = exp(A[start + i] - largest) / sum; }`,
  );
}

/** Concatenation: one copy for each input into its place, where tfjs asks for every number which input it comes from. */
function concat(backend: WebGPUBackend, inputs: tf.TensorInfo[], axis: number): tf.TensorInfo {
  const shape = tf.backend_util.computeOutShape(
    inputs.map((input) => input.shape),
    axis,
  );
  const output = backend.makeTensorInfo(shape, 'float32');
  const total = product(shape.slice(axis));
  let offset = 0;
  for (const input of inputs) {
    const row = product(input.shape.slice(axis));
    const count = product(input.shape);
    if (count > 0) {
      run(
        backend,
        [input],
        'plain_copy',
        ['A'],
        shape,
        count,
        { row, total, offset },
        `
        result[index / uniforms.row * uniforms.total + uniforms.offset + index % uniforms.row] = A[index];`,
        output,
      );
    }
    offset += row;
  }
  return output;
}

type Kernel = (arguments_: Parameters<tf.KernelFunc>[0], stock: tf.KernelFunc) => tf.TensorInfo | tf.TensorInfo[];

const reduction =
  (mean: boolean): Kernel =>
  (call, stock) => {
    const x = call.inputs.x as tf.TensorInfo;
    const { axis, keepDims = false } = call.attrs as { axis: number | number[]; keepDims?: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
    const neighbours = axes.every((value, index) => value === (axes[0] ?? 0) + index);
    const plain = x.dtype === 'float32' && neighbours && axes.length > 0;
    return plain ? reduce(call.backend as WebGPUBackend, x, axes, keepDims, mean) : stock(call);
  };

const kernels: Record<string, Kernel> = {
  BatchMatMul(call) {
    const { a, b } = call.inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
    return matMul(call.backend as WebGPUBackend, a, b, transposeA, transposeB);
  },
  Concat(call, stock) {
    const inputs = Object.values(call.inputs) as tf.TensorInfo[];
    const axis = tf.util.parseAxisParam((call.attrs as { axis: number }).axis, inputs[0]?.shape ?? [])[0] ?? 0;
    const floats = inputs.length > 1 && inputs.every((input) => input.dtype === 'float32');
    return floats ? concat(call.backend as WebGPUBackend, inputs, axis) : stock(call);
  },
  Sum: reduction(false),
  Mean: reduction(true),
  Softmax(call, stock) {
    const x = call.inputs.logits as tf.TensorInfo;
    const last = (call.attrs as { dim: number }).dim === x.shape.length - 1;
    return last ? softmax(call.backend as WebGPUBackend, x) : stock(call);
  },
};

let registered = false;

/** Puts these kernels in the place of tfjs' own. */
export function registerSoftwareKernels(): void {
  if (registered) return;
  registered = true;
  for (const [name, kernel] of Object.entries(kernels)) {
    const stock = tf.getKernel(name, 'webgpu');
    if (!stock) throw new Error(`the webgpu backend has no kernel ${name}`);
    tf.unregisterKernel(name, 'webgpu');
    tf.registerKernel({ ...stock, kernelFunc: (call) => kernel(call, stock.kernelFunc) });
  }
}
