import { describe, expect, it } from 'vitest';
import type { Blocked } from './block.ts';
import { halved, orderBySource, ordered, paintPixels, sums } from './picture.ts';

/** Merged features 0 … 3 take source features 5, 1, 4 and nothing; two sources of width 3. */
const m: Blocked = { role: 'M', bounds: [0, 3, 6], rows: 6, columns: 4, values: new Float32Array(24) };
for (const [feature, place] of [5, 1, 4].entries()) m.values[place * 4 + feature] = -1 - feature;
const u: Blocked = { role: 'U', bounds: [0, 3, 6], rows: 4, columns: 6, values: new Float32Array(24) };
for (const [feature, place] of [5, 1, 4].entries()) u.values[feature * 6 + place] = -1 - feature;

describe('merged features by their strongest source', () => {
  it.each([m, u])('$role: by source, then by place; zeros last', (matrix) => {
    expect([...orderBySource(matrix)]).toEqual([1, 2, 0, 3]);
  });

  it('the block with most of the squares wins, not the largest entry', () => {
    const values = Float32Array.of(0, 0, 1, 0.8, 0.8, 0);
    expect([...orderBySource({ role: 'U', bounds: [0, 3, 6], rows: 1, columns: 6, values })]).toEqual([0]);
    const two = Float32Array.of(...values, 2, 0, 0, 0, 0, 0);
    expect([...orderBySource({ role: 'U', bounds: [0, 3, 6], rows: 2, columns: 6, values: two })]).toEqual([1, 0]);
  });

  it('are moved as a whole', () => {
    const order = orderBySource(m);
    const inM = ordered(m, order);
    expect([...inM.values.subarray(1 * 4, 2 * 4)]).toEqual([-2, 0, 0, 0]);
    expect([...inM.values.subarray(5 * 4, 6 * 4)]).toEqual([0, 0, -1, 0]);
    const inU = ordered(u, order);
    expect([...inU.values.subarray(0, 6)]).toEqual([0, -2, 0, 0, 0, 0]);
  });
});

it('sums of rows and columns', () => {
  const { rows, columns } = sums({ rows: 2, columns: 3, values: Float32Array.of(1, 2, 3, -4, 5, 6) });
  expect([...rows]).toEqual([6, 7]);
  expect([...columns]).toEqual([-3, 7, 9]);
});

it('half the size keeps the entries that are largest in size, with their sign', () => {
  const { rows, columns, values } = halved({
    rows: 3,
    columns: 3,
    values: Float32Array.of(1, -2, 0, 0, 0, 0, 0, 3, 4),
  });
  expect([rows, columns, ...values]).toEqual([2, 2, -2, 0, 3, 4]);
});

describe('pixels', () => {
  const table = Uint32Array.of(0xff000001, 0xff000002, 0xff000003);
  const painted = (values: number[], end: number) => [
    ...new Uint32Array(paintPixels(Float32Array.from(values), end, table).buffer),
  ];

  it('have 0 in the middle and the ends at both ends', () => {
    expect(painted([-2, 0, 2, 0.9], 2)).toEqual([table[0], table[1], table[2], table[1]]);
  });

  it('clip what is beyond, and draw zeros and no numbers as 0', () => {
    expect(painted([9, -9, Number.NaN], 1)).toEqual([table[2], table[0], table[1]]);
    expect(painted([0, 0], 0)).toEqual([table[1], table[1]]);
  });
});
