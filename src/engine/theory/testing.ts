/**
 * Test support: the fold once more, with plain loops over arrays of rows. It shares nothing with the code that it checks, and
 * has no linear algebra of another package.
 */
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import type { Weights } from '../architectures/model.ts';
import type { Random } from '../random.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** A matrix as its rows, in double precision. */
export type Rows = number[][];

/** `[rows, columns]`, or `[width]` as one row. */
export function rowsOf(weight: Weight | undefined): Rows {
  if (!weight) throw new RangeError('no such weight');
  const width = weight.shape.at(-1) ?? 0;
  return Array.from({ length: weight.values.length / width }, (_, row) => [
    ...weight.values.subarray(row * width, (row + 1) * width),
  ]);
}

/** Rounds to 32-bit floats. */
export const weightFrom = (rows: Rows): Weight => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  values: Float32Array.from(rows.flat()),
});

export const at = (rows: Rows, row: number, column: number): number => {
  const value = rows[row]?.[column];
  if (value === undefined) throw new RangeError(`no entry ${row}, ${column}`);
  return value;
};

export const make = (rows: number, columns: number, entry: (row: number, column: number) => number): Rows =>
  Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => entry(row, column)));

export const randomRows = (rows: number, columns: number, random: Random): Rows =>
  make(rows, columns, () => random.normal());

export function times(a: Rows, b: Rows): Rows {
  if ((a[0]?.length ?? 0) !== b.length) throw new RangeError('the inner sizes differ');
  return make(a.length, b[0]?.length ?? 0, (row, column) => {
    let sum = 0;
    for (let inner = 0; inner < b.length; inner++) sum += at(a, row, inner) * at(b, inner, column);
    return sum;
  });
}

export const transpose = (a: Rows): Rows => make(a[0]?.length ?? 0, a.length, (row, column) => at(a, column, row));

export const scaled = (a: Rows, scale: number): Rows => a.map((row) => row.map((value) => scale * value));

/** Sum of matrices of one shape. */
export const sum = (parts: readonly Rows[]): Rows =>
  parts.reduce((a, b) => make(a.length, a[0]?.length ?? 0, (row, column) => at(a, row, column) + at(b, row, column)));

/** Gauss and Jordan's inverse, with the largest pivot of each column. */
export function inverse(a: Rows): Rows {
  const size = a.length;
  const work = a.map((row, index) => [...row, ...Array.from({ length: size }, (_, column) => +(column === index))]);
  for (let column = 0; column < size; column++) {
    const below = work.slice(column).sort((one, two) => Math.abs(two[column] ?? 0) - Math.abs(one[column] ?? 0));
    work.splice(column, below.length, ...below);
    const pivot = (work[column] ?? []).map((value, _, row) => value / (row[column] ?? 0));
    for (const [index, row] of work.entries()) {
      const factor = row[column] ?? 0;
      work[index] = index === column ? pivot : row.map((value, k) => value - factor * (pivot[k] ?? 0));
    }
  }
  return work.map((row) => row.slice(size));
}

/** ‖actual − wanted‖ / ‖wanted‖ over all entries. Throws when the shapes differ. */
export function relative(actual: Rows, wanted: Rows): number {
  const difference = sum([actual, scaled(wanted, -1)]);
  if (actual.length !== wanted.length || actual[0]?.length !== wanted[0]?.length) throw new RangeError('other shapes');
  return Math.hypot(...difference.flat()) / Math.hypot(...wanted.flat());
}

/** Source i's block of an M or U. */
export function blockOf(plan: FoldPlan, form: ClosedForm, name: string, source: number): Rows {
  const spec = plan.matrices.find((matrix) => matrix.name === name);
  if (!spec) throw new RangeError(`no matrix ${name}`);
  const start = spec.widths.slice(0, source).reduce((total, width) => total + width, 0);
  const end = start + (spec.widths[source] ?? 0);
  const rows = rowsOf(form.get(name));
  return spec.role === 'M' ? rows.slice(start, end) : rows.map((row) => row.slice(start, end));
}

/** Every folded parameter by its name (one row for a bias), and every source's head weight as `head 1`, `head 2`, … */
export function naiveFold(plan: FoldPlan, sources: readonly Weights[], form: ClosedForm): Map<string, Rows> {
  const folded = new Map<string, Rows>();
  const merged = (parameter: string, merge: string, unmerge?: string | null) => {
    const parts = sources.map((weights, source) => {
      const own = rowsOf(weights.get(parameter));
      const block = blockOf(plan, form, merge, source);
      if (unmerge === undefined) return times(own, block);
      const inputs = unmerge === null ? own : times(own, transpose(blockOf(plan, form, unmerge, source)));
      return times(transpose(block), inputs);
    });
    folded.set(parameter, sum(parts));
  };
  for (const entry of plan.folded) {
    if (entry.kind === 'rows') merged(entry.name, entry.merge);
    else {
      merged(entry.weight, entry.merge, entry.unmerge);
      merged(entry.bias, entry.merge);
    }
  }
  for (const [source, weights] of sources.entries()) {
    const unmerge = transpose(blockOf(plan, form, plan.head.unmerge, source));
    folded.set(`head ${source + 1}`, times(rowsOf(weights.get(plan.head.weight)), unmerge));
  }
  return folded;
}

/** Shapes that every dense form of a plan has to have, by name. */
export const denseShapes = (plan: FoldPlan): Map<string, number[]> =>
  new Map(plan.matrices.map((spec) => [spec.name, denseShape(spec)]));

function denseShape({ role, widths, merged }: MatrixSpec): number[] {
  const total = widths.reduce((all, width) => all + width, 0);
  return role === 'M' ? [total, merged] : [merged, total];
}

export const shapesOf = (form: ClosedForm): Map<string, number[]> =>
  new Map([...form].map(([name, { shape }]) => [name, [...shape]]));
