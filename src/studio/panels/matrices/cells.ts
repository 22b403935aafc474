/** Entries of a matrix on its picture: which is under the pointer, where the arrows lead, what it is in words. */
import type { MatrixPicture, MatrixValues } from '../../../worker/protocol-matrices.ts';
import { significant } from '../../text/numbers.ts';

export interface Cell {
  row: number;
  column: number;
}

type Size = Pick<MatrixValues, 'rows' | 'columns'>;

/** `x` and `y` go from 0 to 1 over the whole matrix. */
export const cellAt = (x: number, y: number, { rows, columns }: Size): Cell => ({
  row: clamp(Math.floor(y * rows), rows),
  column: clamp(Math.floor(x * columns), columns),
});

/** Where a key leads; null for a key that leads nowhere. The first arrow enters at the top left. */
export function moveCell(from: Cell | null, key: string, by: number, { rows, columns }: Size): Cell | null {
  const move = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] }[key];
  if (!move) return null;
  if (!from) return { row: 0, column: 0 };
  const [down = 0, right = 0] = move;
  return { row: clamp(from.row + down, rows), column: clamp(from.column + right, columns) };
}

/** The entry at a place of a picture whose merged features (columns of M, rows of U) are ordered. */
export function entryAt({ row, column }: Cell, role: 'M' | 'U', order: Uint32Array | null): Cell {
  if (!order) return { row, column };
  return role === 'M' ? { row, column: order[column] ?? column } : { row: order[row] ?? row, column };
}

/** The place of an entry on such a picture. */
export function placeOf({ row, column }: Cell, role: 'M' | 'U', order: Uint32Array | null): Cell {
  if (!order) return { row, column };
  return role === 'M' ? { row, column: order.indexOf(column) } : { row: order.indexOf(row), column };
}

/** Digits that tell one 32-bit float from the next where entries are of one size. */
const digits = 6;

/** "row 70 (clothes, feature 6) · column 6 · 0.981000". Counts from 0, as code does. */
export function describeCell({ row, column }: Cell, matrix: MatrixValues, tasks: readonly string[]): string {
  const { role, bounds, columns, values } = matrix;
  const place = role === 'M' ? row : column;
  const source = bounds.findLastIndex((start, index) => start <= place && index < tasks.length);
  const feature = `(${tasks[source]}, feature ${place - (bounds[source] ?? 0)})`;
  const value = significant(values[row * columns + column] ?? Number.NaN, digits);
  return role === 'M'
    ? `row ${row} ${feature} · column ${column} · ${value}`
    : `row ${row} · column ${column} ${feature} · ${value}`;
}

/** "sums: row 0.981, column 1.02" */
export const describeSums = ({ row, column }: Cell, { sums }: Pick<MatrixPicture, 'sums'>): string =>
  `sums: row ${significant(sums.rows[row] ?? Number.NaN)}, column ${significant(sums.columns[column] ?? Number.NaN)}`;

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
