/**
 * A faster BatchMatMul for the wasm backend. The stock kernel is ten times slower when an operand is transposed than for a
 * plain product of two matrices, and every gradient of a linear layer has one: so transpose first, then multiply.
 */
import * as tf from '@tensorflow/tfjs-core';

type Inputs = { a: tf.TensorInfo; b: tf.TensorInfo };
type Attributes = { transposeA: boolean; transposeB: boolean };

/** Replaces the kernel. Call before the backend starts. */
export function registerFastMatMul(): void {
  const stock = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  if (!stock || !transpose) throw new Error('the wasm backend has no BatchMatMul or Transpose');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...stock,
    kernelFunc({ inputs, backend, attrs }) {
      const { a, b } = inputs as unknown as Inputs;
      const { transposeA, transposeB } = attrs as unknown as Attributes;
      const turned: tf.TensorInfo[] = [];
      const turn = (x: tf.TensorInfo, needed: boolean): tf.TensorInfo => {
        if (!needed || x.shape.length !== 2) return x;
        const result = transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm: [1, 0] } }) as tf.TensorInfo;
        turned.push(result);
        return result;
      };
      const left = turn(a, transposeA);
      const right = turn(b, transposeB);
      const result = stock.kernelFunc({
        inputs: { a: left, b: right },
        backend,
        attrs: { transposeA: transposeA && left === a, transposeB: transposeB && right === b },
      });
      for (const tensor of turned) (backend as tf.KernelBackend).disposeData(tensor.dataId);
      return result;
    },
  });
}
