import { describe, expect, it } from 'vitest';
import type { MatrixValues } from '../../../worker/protocol-matrices.ts';
import { cellAt, describeCell, describeSums, entryAt, moveCell, placeOf } from './cells.ts';

/** Entry (row, column) is 10 · row + column; two sources of width 2. */
const matrix = (role: 'M' | 'U'): MatrixValues => {
  const [rows, columns] = role === 'M' ? [4, 2] : [2, 4];
  const values = Float32Array.from({ length: 8 }, (_, index) => 10 * Math.floor(index / columns) + (index % columns));
  return {
    name: 'm',
    label: 'M',
    group: 'layer 1',
    role,
    rows,
    columns,
    heads: null,
    largest: 31,
    shares: [0.5, 0.5],
    values,
    bounds: [0, 2, 4],
    owners: [0, 1],
    step: 3,
  };
};

describe('entries of a matrix', () => {
  it('lie under the pointer, also on the rim', () => {
    expect(cellAt(0.6, 0.3, matrix('M'))).toEqual({ row: 1, column: 1 });
    expect(cellAt(1, 1, matrix('M'))).toEqual({ row: 3, column: 1 });
    expect(cellAt(-0.1, 0, matrix('M'))).toEqual({ row: 0, column: 0 });
  });

  it('are walked with the arrows, up to the rim', () => {
    expect(moveCell(null, 'ArrowDown', 1, matrix('M'))).toEqual({ row: 0, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, 'ArrowDown', 1, matrix('M'))).toEqual({ row: 1, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, 'ArrowDown', 10, matrix('M'))).toEqual({ row: 3, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, 'ArrowLeft', 1, matrix('M'))).toEqual({ row: 0, column: 0 });
    expect(moveCell({ row: 0, column: 0 }, 'a', 1, matrix('M'))).toBeNull();
  });

  it('are named by the source that they take from (M) or give to (U)', () => {
    const tasks = ['digits', 'clothes'];
    expect(describeCell({ row: 3, column: 1 }, matrix('M'), tasks)).toBe(
      'row 3 (clothes, feature 1) · column 1 · 31.0000',
    );
    expect(describeCell({ row: 1, column: 0 }, matrix('M'), tasks)).toBe(
      'row 1 (digits, feature 1) · column 0 · 10.0000',
    );
    expect(describeCell({ row: 1, column: 2 }, matrix('U'), tasks)).toBe(
      'row 1 · column 2 (clothes, feature 0) · 12.0000',
    );
  });

  it('keep their names where merged features are ordered', () => {
    const order = Uint32Array.of(2, 0, 1);
    for (const role of ['M', 'U'] as const) {
      const place = { row: 0, column: 0 };
      const entry = entryAt(place, role, order);
      expect(entry).toEqual(role === 'M' ? { row: 0, column: 2 } : { row: 2, column: 0 });
      expect(placeOf(entry, role, order)).toEqual(place);
      expect(placeOf(entry, role, null)).toEqual(entry);
    }
  });

  it('have the sums of their row and column', () => {
    const sums = { rows: Float32Array.of(1, -0.5), columns: Float32Array.of(0.25) };
    expect(describeSums({ row: 1, column: 0 }, { sums })).toBe('sums: row −0.500, column 0.250');
  });
});
