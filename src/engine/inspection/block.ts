/** A part of a matrix on the host: an M, a U, or one source's block of it. */
import type { MatrixSpec } from '../architectures/fold-plan.ts';

/** Row-major values of `[rows, columns]`. */
export interface Grid {
  rows: number;
  columns: number;
  values: Float32Array;
}

/** Where the sources' blocks lie: rows of M, columns of U. */
export interface Blocked extends Grid {
  role: MatrixSpec['role'];
  /** First row (M) or column (U) of each block, and the end. */
  bounds: readonly number[];
}

/** The blocks of an M or U, each with its own values. */
export function blocksOf({ role, bounds, rows, columns, values }: Blocked): Grid[] {
  return bounds.slice(0, -1).map((from, index) => {
    const to = bounds[index + 1] ?? from;
    if (role === 'M') return { rows: to - from, columns, values: values.subarray(from * columns, to * columns) };
    const block = new Float32Array(rows * (to - from));
    for (let row = 0; row < rows; row++) {
      block.set(values.subarray(row * columns + from, row * columns + to), row * (to - from));
    }
    return { rows, columns: to - from, values: block };
  });
}

/** Roots of the sums of squares of rows and of columns. */
export function norms({ rows, columns, values }: Grid): { rows: Float64Array; columns: Float64Array } {
  const [byRow, byColumn] = [new Float64Array(rows), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const square = values[row * columns + column]! ** 2;
      byRow[row]! += square;
      byColumn[column]! += square;
    }
  }
  return { rows: byRow.map(Math.sqrt), columns: byColumn.map(Math.sqrt) };
}
