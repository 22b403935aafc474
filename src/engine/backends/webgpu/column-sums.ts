/** Sums over rows, in two passes: rows in parts side by side, then the parts. */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import type { Element } from './fours.ts';
import { elementOf, once, storedAs } from './fours.ts';
import type { Source } from './program.ts';
import { emptyTensor, groupsOf, release, run } from './program.ts';
import type { KernelCall } from './stock.ts';
import { stockKernel } from './stock.ts';
import type { Variant } from './variants.ts';
import { chosen, onEveryDevice } from './variants.ts';

export interface ColumnSumsVariant extends Variant {
  /** `[rows, columns] → [columns]` */
  sum(backend: WebGPUBackend, x: tf.TensorInfo): tf.TensorInfo;
}

/** Rows that an invocation adds up in one go. */
export const rowsOfPart = 64;

/** One column (or four) of one part of the rows for each invocation; neighbours have neighbouring columns. */
const partsSource = once(
  (element): Source => ({
    name: `column_sums_parts_${element.type}`,
    reads: ['x'],
    writes: ['sums'],
    sizes: ['rows', 'columns', 'part', 'count'],
    elements: storedAs(element, 'x', 'sums'),
    workgroup: 64,
    body: `
      if (index >= sizes.count) { return; }
      let column = index % sizes.columns;
      let first = index / sizes.columns * sizes.part;
      var sum = ${element.type}();
      for (var row = first; row < min(first + sizes.part, sizes.rows); row++) { sum += x[row * sizes.columns + column]; }
      sums[index] = sum;`,
  }),
);

const across = 16;
const down = 16;

/** `across` columns of one part of the rows for each workgroup, `down` rows at a time. */
const workgroupSource = once(
  (element): Source => ({
    name: `column_sums_workgroup_${element.type}`,
    reads: ['x'],
    writes: ['sums'],
    sizes: ['rows', 'columns', 'part', 'groupsAcross'],
    elements: storedAs(element, 'x', 'sums'),
    workgroup: across * down,
    declarations: `var<workgroup> shared_sums : array<${element.type}, ${across * down}>;`,
    body: `
      let number = group.y * groups.x + group.x;
      let column = number % sizes.groupsAcross * ${across}u + local % ${across}u;
      let first = number / sizes.groupsAcross * sizes.part;
      var sum = ${element.type}();
      if (column < sizes.columns) {
        for (var row = first + local / ${across}u; row < min(first + sizes.part, sizes.rows); row += ${down}u) {
          sum += x[row * sizes.columns + column];
        }
      }
      shared_sums[local] = sum;
      workgroupBarrier();
      for (var half = ${(across * down) / 2}u; half >= ${across}u; half /= 2) {
        if (local < half) { shared_sums[local] += shared_sums[local + half]; }
        workgroupBarrier();
      }
      if (local < ${across}u && column < sizes.columns && first < sizes.rows) {
        sums[number / sizes.groupsAcross * sizes.columns + column] = shared_sums[local];
      }`,
  }),
);

type Pass = (backend: WebGPUBackend, x: tf.TensorInfo, element: Element, part: number) => tf.TensorInfo;

/** One sum for each part of the rows, `[rows, columns] → [parts, columns]`. */
const inParts: Pass = (backend, x, element, part) => {
  const [rows = 0, width = 0] = x.shape;
  const sums = emptyTensor(backend, [Math.ceil(rows / part), width]);
  const columns = width / element.size;
  const count = Math.ceil(rows / part) * columns;
  run(backend, partsSource(element, ''), {
    reads: [x],
    writes: [sums],
    sizes: { rows, columns, part, count },
    groups: groupsOf(count, 64),
  });
  return sums;
};

const byWorkgroups: Pass = (backend, x, element, part) => {
  const [rows = 0, width = 0] = x.shape;
  const sums = emptyTensor(backend, [Math.ceil(rows / part), width]);
  const columns = width / element.size;
  const groupsAcross = groupsOf(columns, across);
  run(backend, workgroupSource(element, ''), {
    reads: [x],
    writes: [sums],
    sizes: { rows, columns, part, groupsAcross },
    groups: groupsAcross * Math.ceil(rows / part),
  });
  return sums;
};

/** Adds up in parts of `part` rows, and the parts' sums again until one row is left. */
function sumInPasses(backend: WebGPUBackend, x: tf.TensorInfo, pass: Pass, part: number): tf.TensorInfo {
  const element = elementOf(x.shape[1] ?? 0);
  let sums = pass(backend, x, element, part);
  while ((sums.shape[0] ?? 1) > 1) {
    const next = pass(backend, sums, element, part);
    release(backend, sums);
    sums = next;
  }
  return { ...sums, shape: [x.shape[1] ?? 0] };
}

export const columnSumsVariants: readonly ColumnSumsVariant[] = [
  { name: 'parts', lacks: onEveryDevice, sum: (backend, x) => sumInPasses(backend, x, inParts, rowsOfPart) },
  { name: 'workgroup', lacks: onEveryDevice, sum: (backend, x) => sumInPasses(backend, x, byWorkgroups, 1024) },
  {
    name: 'stock',
    lacks: onEveryDevice,
    sum: (backend, x) =>
      stockKernel('Sum')({ inputs: { x }, backend, attrs: { axis: [0], keepDims: false } }) as tf.TensorInfo,
  },
];

/** Sums over the rows, `[rows, columns] → [columns]`, for other kernels' parts. */
export const sumColumns = (backend: WebGPUBackend, x: tf.TensorInfo): tf.TensorInfo =>
  chosen(backend, 'columnSums', columnSumsVariants).sum(backend, x);

/** Kernel `ColumnSums`. */
export const columnSums = ({ inputs, backend }: KernelCall): tf.TensorInfo =>
  sumColumns(backend as WebGPUBackend, inputs.x as tf.TensorInfo);
