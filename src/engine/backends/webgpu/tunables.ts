/** The operations that come in variants, and something to time each of them on. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import { columnSumsVariants } from './column-sums.ts';
import { layerNormVariants, normalise } from './layer-norm.ts';
import { product, productOperation, productVariants } from './product.ts';
import type { Variant } from './variants.ts';

/** Tokens of a batch, and a layer's inputs and outputs. */
export interface Scale {
  rows: number;
  inputs: number;
  outputs: number;
}

export interface Tunable {
  operation: string;
  variants: readonly Variant[];
  /** Shapes of the operands. */
  shapes(scale: Scale): number[][];
  run(backend: WebGPUBackend, variant: string, operands: tf.TensorInfo[]): tf.TensorInfo[];
}

const products = (turnA: boolean, turnB: boolean, shapes: Tunable['shapes']): Tunable => ({
  operation: productOperation(turnA, turnB),
  // Parts are the same as the first variant where they don't apply.
  variants: productVariants.filter(({ name }) => name !== 'parts' || (turnA && !turnB)),
  shapes,
  run: (backend, name, [a, b]) => [
    product(backend, { a: a as tf.TensorInfo, b: b as tf.TensorInfo, turnA, turnB }, named(productVariants, name)),
  ],
});

/** Those that take the most of a step come first: time may not suffice for all. */
export const tunables: readonly Tunable[] = [
  // x Wᵀ
  products(false, true, ({ rows, inputs, outputs }) => [
    [rows, inputs],
    [outputs, inputs],
  ]),
  // dx = dy W
  products(false, false, ({ rows, inputs, outputs }) => [
    [rows, outputs],
    [outputs, inputs],
  ]),
  // dW = dyᵀ x
  products(true, false, ({ rows, inputs, outputs }) => [
    [rows, outputs],
    [rows, inputs],
  ]),
  {
    operation: 'columnSums',
    variants: columnSumsVariants,
    shapes: ({ rows, outputs }) => [[rows, outputs]],
    run: (backend, name, [x]) => [named(columnSumsVariants, name).sum(backend, x as tf.TensorInfo)],
  },
  {
    operation: 'layerNorm',
    variants: layerNormVariants,
    shapes: ({ rows, inputs }) => [[rows, inputs], [inputs], [inputs]],
    run: (backend, name, [x, gain, bias]) =>
      normalise(
        backend,
        named(layerNormVariants, name),
        x as tf.TensorInfo,
        gain as tf.TensorInfo,
        bias as tf.TensorInfo,
      ),
  },
];

function named<V extends Variant>(variants: readonly V[], name: string): V {
  const found = variants.find((variant) => variant.name === name);
  if (!found) throw new RangeError(`no variant ${name}`);
  return found;
}
