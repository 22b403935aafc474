import { expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import type { Grid } from './block.ts';
import { singularValues } from './singular-values.ts';

const grid = (rows: number, columns: number, value: (row: number, column: number) => number): Grid => ({
  rows,
  columns,
  values: Float32Array.from({ length: rows * columns }, (_, at) => value(Math.floor(at / columns), at % columns)),
});

it('of a permutation are ones, of a diagonal its sizes', () => {
  const permutation = grid(7, 7, (row, column) => (column === (3 * row) % 7 ? 1 : 0));
  for (const value of singularValues(permutation, seededRandom(1)).values) expect(value).toBeCloseTo(1, 12);
  const wide = grid(3, 5, (row, column) => (row === column ? [2, -5, 3][row]! : 0));
  const found = singularValues(wide, seededRandom(1));
  expect(found.all).toBe(true);
  for (const [index, value] of [5, 3, 2].entries()) expect(found.values[index]).toBeCloseTo(value, 12);
});

it('of a large matrix: the largest sixteen', () => {
  // Of rank one, so that only the first is not 0.
  const [rows, columns] = [600, 300];
  const random = seededRandom(2);
  const left = Array.from({ length: rows }, () => random.normal());
  const right = Array.from({ length: columns }, () => random.normal());
  const found = singularValues(
    grid(rows, columns, (row, column) => left[row]! * right[column]!),
    seededRandom(1),
  );
  expect(found.all).toBe(false);
  expect(found.values).toHaveLength(16);
  const norm = (vector: number[]) => Math.hypot(...vector);
  expect(found.values[0]! / (norm(left) * norm(right))).toBeCloseTo(1, 6);
  expect(found.values[1]).toBeLessThan(1e-3);
});

it('of a large matrix with values that fall: within a per mille of the whole decomposition', () => {
  const falling = (size: number) => (row: number, column: number) =>
    row === column ? 1 / (1 + row / 4) : row + column === size ? 0.01 : 0;
  const found = singularValues(grid(600, 100, falling(100)), seededRandom(1)).values;
  // The same hundred columns without the rows of zeros below fit the whole decomposition.
  const whole = singularValues(grid(512, 100, falling(100)), seededRandom(1)).values;
  for (const [index, value] of found.entries()) expect(Math.abs(value / whole[index]! - 1)).toBeLessThan(1e-3);
});
