/** Activations of a hidden layer, elementwise; the forward pass computes the derivative along, since both need the same terms. */
import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '../recipe.ts';
import { operation } from './kernels.ts';

/** GELU in its three forms: x Φ(x) with the error function, its tanh approximation, and x σ(1.702 x) (arXiv 1606.08415). */
export type Gelu = 'gelu' | 'gelu-tanh' | 'quick-gelu';

/** The value, and its derivative. */
const geluKernel = operation<{ x: tf.Tensor }, { form: Gelu }>({
  name: 'Gelu',
  stock: ({ x }, { form }) => forms[form](x),
});

const forms: Record<Gelu, (x: tf.Tensor) => [tf.Tensor, tf.Tensor]> = {
  gelu(x) {
    const area = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [tf.mul(x, area), tf.add(area, tf.mul(x, density))];
  },
  'gelu-tanh'(x) {
    const root = Math.sqrt(2 / Math.PI);
    const square = tf.square(x);
    const t = tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(square, 0.044715), 1)), root));
    const half = tf.mul(tf.add(t, 1), 0.5);
    const inner = tf.mul(tf.add(tf.mul(square, 3 * 0.044715), 1), root);
    return [tf.mul(x, half), tf.add(half, tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(t))), inner))];
  },
  'quick-gelu'(x) {
    const gate = tf.sigmoid(tf.mul(x, 1.702));
    return [tf.mul(x, gate), tf.mul(gate, tf.add(tf.mul(tf.mul(x, 1.702), tf.sub(1, gate)), 1))];
  },
};

const gelu = (x: tf.Tensor, form: Gelu): tf.Tensor =>
  tf.customGrad((input, save) => {
    const [value, derivative] = geluKernel({ x: input as tf.Tensor }, { form }) as [tf.Tensor, tf.Tensor];
    (save as (kept: tf.Tensor[]) => void)([derivative]);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => tf.mul(dy, kept[0] as tf.Tensor) };
  })(x);

/** The activation, elementwise. */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'gelu':
    case 'gelu-tanh':
    case 'quick-gelu':
      return gelu(x, activation) as T;
    case 'tanh':
      return tf.tanh(x);
    case 'identity':
      return x;
    default:
      throw activation satisfies never;
  }
}
