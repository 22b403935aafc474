import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import type { Grid } from './block.ts';
import { blocksOf } from './block.ts';
import { likeness } from './likeness.ts';

/** Ones, times a factor, where `at` says for each row. */
function pattern(rows: number, columns: number, at: (row: number) => number, factor = 1): Grid {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) values[row * columns + at(row)] = factor;
  return { rows, columns, values };
}

const noise = (rows: number, columns: number): Grid => {
  const random = seededRandom(4);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, () => random.normal()) };
};

describe('likeness of a block', () => {
  it('an identity is all three, whatever its scale', () => {
    const found = likeness(pattern(5, 5, (row) => row, 0.25));
    expect(found?.identity).toBeCloseTo(1, 12);
    expect(found?.selection).toBeCloseTo(1, 12);
    expect(found?.permutation).toBeCloseTo(1, 12);
    expect(found?.exact).toBe(true);
    expect(likeness(pattern(5, 5, (row) => row, -2))?.identity).toBeCloseTo(-1, 12);
  });

  it('a permutation without fixed points is nothing of an identity', () => {
    const found = likeness(pattern(6, 6, (row) => (row + 1) % 6, -3));
    expect(found?.identity).toBe(0);
    expect(found?.selection).toBeCloseTo(1, 12);
    expect(found?.permutation).toBeCloseTo(1, 12);
  });

  it('the average of two sources: each block an identity, the whole none', () => {
    const whole = { ...pattern(8, 4, (row) => row % 4, 0.5), role: 'M', bounds: [0, 4, 8] } as const;
    const found = likeness(whole);
    expect(found?.identity).toBeCloseTo(Math.SQRT1_2, 12);
    expect(found?.selection).toBeCloseTo(Math.SQRT1_2, 12);
    expect(found?.permutation).toBeCloseTo(2 ** -0.25, 12);
    for (const block of blocksOf(whole)) expect(likeness(block)?.identity).toBeCloseTo(1, 12);
  });

  it('a selection takes one entry in every column, twice the same if it likes', () => {
    // Columns 0 … 3 take rows 0, 0, 1, 1 of 4.
    const values = new Float32Array([1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const found = likeness({ rows: 4, columns: 4, values });
    expect(found?.selection).toBe(1);
    expect(found?.permutation).toBeCloseTo(2 ** -0.25 / 2, 12);
    expect(found?.identity).toBeCloseTo(1 / 4, 12);
  });

  it('noise is like none of them, and zeros are like nothing', () => {
    const found = likeness(noise(64, 64));
    expect(Math.abs(found?.identity ?? 1)).toBeLessThan(0.05);
    expect(found?.selection).toBeLessThan(0.5);
    expect(found?.permutation).toBeLessThan(0.4);
    expect(likeness({ rows: 2, columns: 2, values: new Float32Array(4) })).toBeNull();
  });

  it('beyond 256 units pairs are taken greedily: exact for a permutation, else not above the best', () => {
    const found = likeness(pattern(300, 300, (row) => (7 * row) % 300));
    expect(found).toMatchObject({ exact: false });
    expect(found?.permutation).toBeCloseTo(1, 12);
    const small = noise(256, 256);
    const large: Grid = {
      rows: 257,
      columns: 256,
      values: new Float32Array([...small.values, ...new Array(256).fill(0)]),
    };
    expect(likeness(large)?.permutation).toBeLessThanOrEqual(likeness(small)?.permutation ?? 0);
    expect(likeness(large)?.permutation).toBeGreaterThan(0.8 * (likeness(small)?.permutation ?? 1));
  });
});

it('the blocks of M are rows, those of U columns', () => {
  const values = Float32Array.from({ length: 6 }, (_, index) => index);
  const m = blocksOf({ role: 'M', rows: 3, columns: 2, values, bounds: [0, 1, 3] });
  expect(m.map((block) => [block.rows, block.columns, ...block.values])).toEqual([
    [1, 2, 0, 1],
    [2, 2, 2, 3, 4, 5],
  ]);
  const u = blocksOf({ role: 'U', rows: 2, columns: 3, values, bounds: [0, 1, 3] });
  expect(u.map((block) => [block.rows, block.columns, ...block.values])).toEqual([
    [2, 1, 0, 3],
    [2, 2, 1, 2, 4, 5],
  ]);
});
