/** What diagonals contribute to a fold, in one program each; ops/fold/diagonals.ts says what they compute. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import type { FoldShape } from '../../ops/fold/fold-shape.ts';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, run } from './program.ts';
import type { KernelCall } from './stock.ts';

const workgroup = 64;

/** One program for each number of the result: its `value`, plus `added` where there is some. */
interface Entry {
  name: string;
  reads: readonly string[];
  /** The shape of the result. */
  result(shape: FoldShape, inputs: tf.NamedTensorInfoMap): number[];
  /** WGSL; sees `index` and the `sizes`. */
  value: string;
}

const sizes = ['count', 'sources', 'parts', 'bundles', 'rows', 'columns', 'length'] as const;

const sourceOf = ({ name, reads, value }: Entry, adds: boolean): Source => ({
  name: `fold_${name}${adds ? '_added' : ''}`,
  reads: adds ? [...reads, 'added'] : reads,
  writes: ['result'],
  sizes,
  workgroup,
  body: `
    if (index >= sizes.count) { return; }
    let column = index % sizes.columns;
    ${value}
    result[index] = value${adds ? ' + added[index]' : ''};`,
});

/** `rows` are those of a source's layer, `columns` those of the result, `length` the width that the merged layer reads. */
function kernelOf(entry: Entry): (call: KernelCall) => tf.TensorInfo[] {
  const sources = { plain: sourceOf(entry, false), adding: sourceOf(entry, true) };
  return ({ inputs, attrs, backend: own }) => {
    const backend = own as WebGPUBackend;
    const shape = attrs as FoldShape;
    const dimensions = entry.result(shape, inputs as tf.NamedTensorInfoMap);
    const result = emptyTensor(backend, dimensions);
    const count = dimensions.reduce((product, axis) => product * axis, 1);
    const columns = dimensions.at(-1) ?? 1;
    const source = inputs.added ? sources.adding : sources.plain;
    run(backend, source, {
      reads: source.reads.map((name) => inputs[name] as tf.TensorInfo),
      writes: [result],
      sizes: { ...shape, count, columns, rows: shape.out, length: shape.mergedInto } as Record<string, number>,
      groups: groupsOf(count, workgroup),
    });
    return [result];
  };
}

const layers = ({ parts, bundles }: FoldShape): number => parts * bundles;

export const foldColumnsScaled = kernelOf({
  name: 'columns_scaled',
  reads: ['weights', 'E'],
  result: (shape) => [layers(shape), shape.sources * shape.out, shape.into],
  value: `
    let source = index / sizes.columns / sizes.rows % (sizes.bundles * sizes.sources);
    let value = weights[index] * E[source * sizes.columns + column];`,
});

export const foldRowsScaledSum = kernelOf({
  name: 'rows_scaled_sum',
  reads: ['x', 'D'],
  result: (shape, { x }) => [layers(shape), shape.out, x?.shape[2] ?? 0],
  value: `
    let row = index / sizes.columns % sizes.rows;
    let layer = index / sizes.columns / sizes.rows;
    var value = 0.0;
    for (var s = 0u; s < sizes.sources; s++) {
      let at = (layer * sizes.sources + s) * sizes.rows + row;
      value += x[at * sizes.columns + column] * D[at];
    }`,
});

export const foldRowsScaled = kernelOf({
  name: 'rows_scaled',
  reads: ['Y', 'D'],
  result: (shape) => [layers(shape), shape.sources * shape.out, shape.mergedInto],
  value: `
    let at = index / sizes.columns;
    let layer = at / (sizes.sources * sizes.rows);
    let value = D[at] * Y[(layer * sizes.rows + at % sizes.rows) * sizes.columns + column];`,
});

/** A row of the result is one of a layer: its entries are the rows of all sources. */
export const foldRowProducts = kernelOf({
  name: 'row_products',
  reads: ['G', 'Y', 'b', 'y'],
  result: (shape) => [layers(shape), shape.sources * shape.out],
  value: `
    let one = index / sizes.columns * sizes.rows + column % sizes.rows;
    var value = b[index] * y[one];
    for (var i = 0u; i < sizes.length; i++) { value += G[index * sizes.length + i] * Y[one * sizes.length + i]; }`,
});

/** A row of the result is one of a bundle: its entries are the columns of all sources. */
export const foldColumnProducts = kernelOf({
  name: 'column_products',
  reads: ['weights', 'dG'],
  result: (shape) => [shape.bundles, shape.sources * shape.into],
  value: `
    let width = sizes.columns / sizes.sources;
    var value = 0.0;
    for (var part = 0u; part < sizes.parts; part++) {
      var at = (part * sizes.bundles * sizes.sources + index / width) * sizes.rows * width + index % width;
      for (var row = 0u; row < sizes.rows; row++) {
        value += weights[at] * dG[at];
        at += width;
      }
    }`,
});
