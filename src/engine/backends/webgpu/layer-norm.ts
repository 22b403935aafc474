/** LayerNorm over rows and its gradient, without barriers or with a workgroup a row. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import { rowsOfPart } from './column-sums.ts';
import type { Element } from './fours.ts';
import { elementOf, once, storedAs } from './fours.ts';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, release, run } from './program.ts';
import type { KernelCall } from './stock.ts';
import type { Variant } from './variants.ts';
import { chosen, onEveryDevice } from './variants.ts';

/** How a row is added up: `rows` by one invocation, `workgroup` by all of a workgroup. */
type Way = 'rows' | 'workgroup';

export interface LayerNormVariant extends Variant {
  name: Way;
}

/** Both passes of both ways are told apart by `Way` alone. */
export const layerNormVariants: readonly LayerNormVariant[] = [
  { name: 'rows', lacks: onEveryDevice },
  { name: 'workgroup', lacks: onEveryDevice },
];

const workgroup = 64;

/** The pieces in which the two ways differ: how a row is walked, and how its invocations' sums come together. */
const ways: Record<Way, { row: string; start: string; stride: string; first: string; declarations: string }> = {
  rows: {
    row: 'let row = index; if (row >= sizes.rows) { return; }',
    start: '0u',
    stride: '1u',
    first: 'true',
    declarations: 'fn together(sum : f32, local : u32) -> f32 { return sum; }',
  },
  workgroup: {
    row: 'let row = group.y * groups.x + group.x; if (row >= sizes.rows) { return; }',
    start: 'local',
    stride: `${workgroup}u`,
    first: 'local == 0u',
    declarations: `
      var<workgroup> kept : array<f32, ${workgroup}>;
      fn together(sum : f32, local : u32) -> f32 {
        workgroupBarrier();
        kept[local] = sum;
        workgroupBarrier();
        for (var half = ${workgroup / 2}u; half > 0u; half /= 2) {
          if (local < half) { kept[local] += kept[local + half]; }
          workgroupBarrier();
        }
        return kept[0];
      }`,
  },
};

const overRow = ({ start, stride }: (typeof ways)[Way], body: string): string =>
  `for (var i = ${start}; i < sizes.length; i += ${stride}) { let at = row * sizes.length + i; ${body} }`;

/** `length` counts elements of a row, `width` numbers. */
const forwardSource = once((element, way: Way): Source => {
  const { row, first, declarations } = ways[way];
  return {
    name: `layer_norm_${way}_${element.type}`,
    reads: ['x', 'gain', 'bias'],
    writes: ['y', 'moments'],
    sizes: ['rows', 'length'],
    factors: ['width', 'epsilon'],
    elements: storedAs(element, 'x', 'gain', 'bias', 'y'),
    workgroup,
    declarations,
    body: `
      ${row}
      var sum = ${element.type}();
      ${overRow(ways[way], 'sum += x[at];')}
      let mean = together(${element.total('sum')}, local) / sizes.width;
      var squares = ${element.type}();
      ${overRow(ways[way], 'let centred = x[at] - mean; squares += centred * centred;')}
      let inverse = inverseSqrt(together(${element.total('squares')}, local) / sizes.width + sizes.epsilon);
      ${overRow(ways[way], 'y[at] = (x[at] - mean) * inverse * gain[i] + bias[i];')}
      if (${first}) { moments[2 * row] = mean; moments[2 * row + 1] = inverse; }`,
  };
});

const backwardSource = once((element, way: Way): Source => {
  const { row, declarations } = ways[way];
  return {
    name: `layer_norm_gradient_${way}_${element.type}`,
    reads: ['dy', 'x', 'gain', 'moments'],
    writes: ['dx'],
    sizes: ['rows', 'length'],
    factors: ['width'],
    elements: storedAs(element, 'dy', 'x', 'gain', 'dx'),
    workgroup,
    declarations,
    body: `
      ${row}
      let mean = moments[2 * row];
      let inverse = moments[2 * row + 1];
      var sum = ${element.type}();
      var products = ${element.type}();
      ${overRow(ways[way], 'let h = dy[at] * gain[i]; sum += h; products += h * (x[at] - mean) * inverse;')}
      let scaled = together(${element.total('sum')}, local) / sizes.width;
      let along = together(${element.total('products')}, local) / sizes.width;
      ${overRow(ways[way], 'dx[at] = (dy[at] * gain[i] - scaled - (x[at] - mean) * inverse * along) * inverse;')}`,
  };
});

/** dγ and dβ of a part of the rows: one column (or four) for each invocation. */
const columnsSource = once(
  (element): Source => ({
    name: `layer_norm_columns_${element.type}`,
    reads: ['dy', 'x', 'moments'],
    writes: ['gains', 'biases'],
    sizes: ['rows', 'length', 'part', 'count'],
    elements: storedAs(element, 'dy', 'x', 'gains', 'biases'),
    workgroup,
    body: `
      if (index >= sizes.count) { return; }
      let column = index % sizes.length;
      let first = index / sizes.length * sizes.part;
      var toGain = ${element.type}();
      var toBias = ${element.type}();
      for (var row = first; row < min(first + sizes.part, sizes.rows); row++) {
        let at = row * sizes.length + column;
        toGain += dy[at] * (x[at] - moments[2 * row]) * moments[2 * row + 1];
        toBias += dy[at];
      }
      gains[index] = toGain;
      biases[index] = toBias;`,
  }),
);

/** The parts' sums, both at once. */
const pairSource = once(
  (element): Source => ({
    name: `layer_norm_pair_${element.type}`,
    reads: ['gains', 'biases'],
    writes: ['gain', 'bias'],
    sizes: ['parts', 'length'],
    elements: storedAs(element, 'gains', 'biases', 'gain', 'bias'),
    workgroup,
    body: `
      if (index >= sizes.length) { return; }
      var toGain = ${element.type}();
      var toBias = ${element.type}();
      for (var part = 0u; part < sizes.parts; part++) {
        toGain += gains[part * sizes.length + index];
        toBias += biases[part * sizes.length + index];
      }
      gain[index] = toGain;
      bias[index] = toBias;`,
  }),
);

const groupsFor = (way: Way, rows: number): number => (way === 'rows' ? groupsOf(rows, workgroup) : rows);

/** The value, and mean and 1/σ of every row. */
export function normalise(
  backend: WebGPUBackend,
  { name }: LayerNormVariant,
  x: tf.TensorInfo,
  gain: tf.TensorInfo,
  bias: tf.TensorInfo,
  epsilon = 0,
): tf.TensorInfo[] {
  const [rows = 0, width = 0] = x.shape;
  const element = elementOf(width);
  const [y, moments] = [emptyTensor(backend, x.shape), emptyTensor(backend, [rows, 2])];
  run(backend, forwardSource(element, name), {
    reads: [x, gain, bias],
    writes: [y, moments],
    sizes: { rows, length: width / element.size, width, epsilon },
    groups: groupsFor(name, rows),
  });
  return [y, moments];
}

/** Kernel `LayerNorm`. */
export function layerNorm({ inputs, attrs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const { x, gain, bias } = inputs as unknown as Record<'x' | 'gain' | 'bias', tf.TensorInfo>;
  const variant = chosen(backend, 'layerNorm', layerNormVariants);
  return normalise(backend, variant, x, gain, bias, (attrs as { epsilon: number }).epsilon);
}

/** Kernel `LayerNormGradient`: dx, dγ, dβ. */
export function layerNormGradient({ inputs, backend: own }: KernelCall): tf.TensorInfo[] {
  const backend = own as WebGPUBackend;
  const { dy, x, gain, moments } = inputs as unknown as Record<'dy' | 'x' | 'gain' | 'moments', tf.TensorInfo>;
  const [rows = 0, width = 0] = x.shape;
  const { name } = chosen(backend, 'layerNorm', layerNormVariants);
  const element = elementOf(width);
  const dx = emptyTensor(backend, x.shape);
  run(backend, backwardSource(element, name), {
    reads: [dy, x, gain, moments],
    writes: [dx],
    sizes: { rows, length: width / element.size, width },
    groups: groupsFor(name, rows),
  });
  return [dx, ...columnGradients(backend, element, dy, x, moments)];
}

function columnGradients(
  backend: WebGPUBackend,
  element: Element,
  dy: tf.TensorInfo,
  x: tf.TensorInfo,
  moments: tf.TensorInfo,
): [tf.TensorInfo, tf.TensorInfo] {
  const [rows = 0, width = 0] = x.shape;
  const length = width / element.size;
  const part = Math.max(rowsOfPart, Math.ceil(rows / 128)); // few parts are left to add
  const parts = Math.ceil(rows / part);
  const [gains, biases] = [emptyTensor(backend, [parts, width]), emptyTensor(backend, [parts, width])];
  run(backend, columnsSource(element, ''), {
    reads: [dy, x, moments],
    writes: [gains, biases],
    sizes: { rows, length, part, count: parts * length },
    groups: groupsOf(parts * length, workgroup),
  });
  if (parts === 1) return [flat(gains, width), flat(biases, width)];
  const [gain, bias] = [emptyTensor(backend, [width]), emptyTensor(backend, [width])];
  run(backend, pairSource(element, ''), {
    reads: [gains, biases],
    writes: [gain, bias],
    sizes: { parts, length },
    groups: groupsOf(length, workgroup),
  });
  for (const partial of [gains, biases]) release(backend, partial);
  return [gain, bias];
}

const flat = (tensor: tf.TensorInfo, width: number): tf.TensorInfo => ({ ...tensor, shape: [width] });
