/** Faster kernels for the wasm backend, in the place of tfjs' own where those are slow for what training needs. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

type Call = Parameters<tf.KernelFunc>[0];

/**
 * The stock matrix product is ten times slower when an operand is transposed than for a plain product of two matrices, and
 * every gradient of a linear layer has one: so transpose first, then multiply.
 */
function matMul({ inputs, backend, attrs }: Call, stock: tf.KernelFunc): tf.TensorInfo | tf.TensorInfo[] {
  const { a, b } = inputs as unknown as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
  const turned: tf.TensorInfo[] = [];
  const turn = (x: tf.TensorInfo, needed: boolean): tf.TensorInfo => {
    if (!needed || x.shape.length !== 2) return x;
    const result = stockKernel('Transpose')({ inputs: { x }, backend, attrs: { perm: [1, 0] } }) as tf.TensorInfo;
    turned.push(result);
    return result;
  };
  const left = turn(a, transposeA);
  const right = turn(b, transposeB);
  const result = stock({
    inputs: { a: left, b: right },
    backend,
    attrs: { transposeA: transposeA && left === a, transposeB: transposeB && right === b },
  });
  for (const tensor of turned) (backend as tf.KernelBackend).disposeData(tensor.dataId);
  return result;
}

/** The stock slice copies the whole input first; numbers that lie together need no more than their own copy. */
function slice(call: Call, stock: tf.KernelFunc): tf.TensorInfo | tf.TensorInfo[] {
  const x = call.inputs.x as tf.TensorInfo;
  const { begin, size } = call.attrs as { begin: number[]; size: number[] };
  const [from = [], shape = []] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size);
  if (x.dtype !== 'float32' || !tf.slice_util.isSliceContinous(x.shape, from, shape)) return stock(call);
  const backend = call.backend as BackendWasm;
  const result = backend.makeOutput(shape, 'float32');
  const offset = tf.slice_util.computeFlatOffset(from, tf.util.computeStrides(x.shape));
  const values = backend.typedArrayFromHeap(x).subarray(offset, offset + tf.util.sizeFromShape(shape));
  backend.typedArrayFromHeap(result).set(values);
  return result;
}

const kernels = { BatchMatMul: matMul, Slice: slice };

/** Replaces the kernels. Call once, before the backend starts. */
export function registerFastKernels(): void {
  for (const [name, kernel] of Object.entries(kernels)) {
    const stock = tf.getKernel(name, 'wasm');
    if (!stock) throw new Error(`the wasm backend has no kernel ${name}`);
    tf.unregisterKernel(name, 'wasm');
    tf.registerKernel({ ...stock, kernelFunc: (call) => kernel(call, stock.kernelFunc) });
  }
}

function stockKernel(name: string): tf.KernelFunc {
  const kernel = tf.getKernel(name, 'wasm');
  if (!kernel) throw new Error(`the wasm backend has no kernel ${name}`);
  return kernel.kernelFunc;
}
