/** LayerNorm, GELU, column sums and AdamW on the wasm heap. */
import * as tf from '@tensorflow/tfjs-core';
import type { Gelu } from '../../ops/activation.ts';
import type { AdamWStep } from '../../ops/adamw.ts';
import type { Kernel } from './heap.ts';

/** x, gain, bias → value, moments */
export const layerNorm: Kernel = ({ inputs, attributes, heap }) => {
  const { x, gain, bias } = inputs as Record<'x' | 'gain' | 'bias', tf.TensorInfo>;
  const { epsilon } = attributes as { epsilon: number };
  const [rows = 0, width = 0] = x.shape;
  const value = heap.output([rows, width]);
  const moments = heap.output([rows, 2]);
  const [from, scale, shift] = [heap.address(x), heap.address(gain), heap.address(bias)];
  heap.assembly.layerNorm(from, scale, shift, heap.address(value), heap.address(moments), rows, width, epsilon);
  return [value, moments];
};

/** dy, x, gain, moments → gradients of x, gain and bias */
export const layerNormGradient: Kernel = ({ inputs, heap }) => {
  const { dy, x, gain, moments } = inputs as Record<'dy' | 'x' | 'gain' | 'moments', tf.TensorInfo>;
  const [rows = 0, width = 0] = x.shape;
  const results = [heap.output([rows, width]), heap.output([width]), heap.output([width])] as const;
  const [from, of, scale, stats] = [heap.address(dy), heap.address(x), heap.address(gain), heap.address(moments)];
  const [dx, toGain, toBias] = results.map((result) => heap.address(result)) as [number, number, number];
  heap.assembly.layerNormGradient(from, of, scale, stats, dx, toGain, toBias, rows, width);
  return [...results];
};

const gelus = { gelu: 'gelu', 'gelu-tanh': 'geluTanh', 'quick-gelu': 'quickGelu' } as const satisfies Record<
  Gelu,
  string
>;

/** x → value, derivative */
export const gelu: Kernel = ({ inputs, attributes, heap }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  const { form } = attributes as { form: Gelu };
  const results = [heap.output([...x.shape]), heap.output([...x.shape])] as const;
  const [value, derivative] = results.map((result) => heap.address(result)) as [number, number];
  heap.assembly[gelus[form]](heap.address(x), value, derivative, tf.util.sizeFromShape(x.shape));
  return [...results];
};

/** x `[rows, columns]` → `[columns]` */
export const columnSums: Kernel = ({ inputs, heap }) => {
  const { x } = inputs as { x: tf.TensorInfo };
  const [rows = 0, columns = 0] = x.shape;
  const out = heap.output([columns]);
  heap.assembly.sums(heap.address(x), heap.address(out), 1, rows, columns);
  return [out];
};

/** In place: the results are the tensors given, but for numbers that another tensor shares. */
export const adamW: Kernel = ({ inputs, attributes, heap }) => {
  const { value, mean, variance, gradient } = inputs as Record<
    'value' | 'mean' | 'variance' | 'gradient',
    tf.TensorInfo
  >;
  const { beta1, beta2, epsilon, keep, rate, deviation } = attributes as AdamWStep;
  const count = tf.util.sizeFromShape(value.shape);
  if ([value, mean, variance, gradient].some(({ shape }) => tf.util.sizeFromShape(shape) !== count)) {
    throw new RangeError('the tensors of an AdamW step must be equally long');
  }
  const state = [value, mean, variance].map((tensor) => heap.own(tensor));
  const [a, b, c] = state.map((tensor) => heap.address(tensor)) as [number, number, number];
  const from = heap.address(gradient);
  heap.assembly.adamW(a, b, c, from, count, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, keep, rate, deviation);
  return state;
};
