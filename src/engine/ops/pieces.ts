/** A flat vector cut into tensors, and tensors joined into one: what lies side by side in it. */
import * as tf from '@tensorflow/tfjs-core';
import { operation } from './kernels.ts';

interface Cut {
  /** Of each piece, one after the other; together they are the whole vector. */
  shapes: number[][];
}

const piecesKernel = operation<{ x: tf.Tensor }, Cut>({
  name: 'Pieces',
  stock({ x }, { shapes }) {
    let start = 0;
    return shapes.map((shape) => {
      const size = tf.util.sizeFromShape(shape);
      const piece = tf.reshape(tf.slice(x, [start], [size]), shape);
      start += size;
      return piece;
    });
  },
});

const joinedKernel = operation<Record<string, tf.Tensor>, object>({
  name: 'Joined',
  stock: (parts) => [tf.concat1d(Object.values(parts).map((part) => tf.reshape(part, [-1]) as tf.Tensor1D))],
});

tf.registerGradient({
  kernelName: 'Pieces',
  gradFunc: (gradient) => ({ x: () => joined(Array.isArray(gradient) ? gradient : [gradient]) }),
});

/** The vector x `[size]` as tensors of these shapes, one after the other. Throws `RangeError` unless they are the whole of it. */
export function pieces(x: tf.Tensor, shapes: number[][]): tf.Tensor[] {
  const size = shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);
  if (size !== x.size) throw new RangeError(`pieces of ${size} numbers are not a vector of ${x.size}`);
  return shapes.length === 0 ? [] : piecesKernel({ x }, { shapes });
}

/** The way back, `[size]`. */
export function joined(parts: readonly tf.Tensor[]): tf.Tensor1D {
  if (parts.length === 0) return tf.zeros([0]);
  return joinedKernel(Object.fromEntries(parts.entries()), {})[0] as tf.Tensor1D;
}
