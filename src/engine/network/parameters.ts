/** A network's parameters on the backend, by canonical name. */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from '../architectures/model.ts';

export type Parameters = ReadonlyMap<string, tf.Tensor>;

export function parameter<T extends tf.Tensor = tf.Tensor>(parameters: Parameters, name: string): T {
  const tensor = parameters.get(name);
  if (!tensor) throw new RangeError(`no parameter ${name}`);
  return tensor as T;
}

/** `weight` and `bias` of a linear layer or LayerNorm. */
export const weightAndBias = (parameters: Parameters, layer: string): [tf.Tensor2D, tf.Tensor1D] => [
  parameter(parameters, `${layer}.weight`),
  parameter(parameters, `${layer}.bias`),
];

/** Uploads host weights. The caller disposes them. */
export const toBackend = (weights: Weights): Map<string, tf.Tensor> =>
  new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]));

/** Downloads parameters to the host. */
export async function toHost(parameters: Parameters): Promise<Weights> {
  const entries = [...parameters].map(async ([name, tensor]) => {
    const values = (await tensor.data()) as Float32Array;
    return [name, { shape: tensor.shape, values }] as const;
  });
  return new Map(await Promise.all(entries));
}

export const disposeAll = (parameters: Parameters): void => tf.dispose([...parameters.values()]);

/** Name of layers that run as one, their outputs side by side: "blocks.0.attention.query+key+value"; one alone keeps its own. */
export function bundleName(layers: readonly string[]): string {
  const [first = '', ...others] = layers;
  return [first, ...others.map((layer) => layer.split('.').at(-1))].join('+');
}
