/** Entries of a matrix on its picture: which is under the pointer, where the arrows lead, what it is in words. */
import type { MatrixValues } from '../../../worker/protocol.ts';
import { significant } from '../../text/numbers.ts';

export interface Cell {
  row: number;
  column: number;
}

type Size = Pick<MatrixValues, 'rows' | 'columns'>;

/** `x` and `y` go from 0 to 1 over the picture. */
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

/** "row 70 (clothes, feature 6) · column 6 · 0.981". Counts from 0, as code does. */
export function describeCell({ row, column }: Cell, matrix: MatrixValues, tasks: readonly string[]): string {
  const { role, bounds, columns, values } = matrix;
  const place = role === 'M' ? row : column;
  const source = bounds.findLastIndex((start, index) => start <= place && index < tasks.length);
  const feature = `(${tasks[source]}, feature ${place - (bounds[source] ?? 0)})`;
  const value = significant(values[row * columns + column] ?? Number.NaN);
  return role === 'M'
    ? `row ${row} ${feature} · column ${column} · ${value}`
    : `row ${row} · column ${column} ${feature} · ${value}`;
}

const clamp = (value: number, length: number): number => Math.max(0, Math.min(length - 1, value));
