import { expect, it } from 'vitest';
import type { Blocked } from './block.ts';
import { headShares, matrixFacts } from './facts.ts';

/** Two sources of width 4, two heads: head 0 takes from source 0 alone, head 1 a quarter of its squares from source 0. */
const m: Blocked = { role: 'M', bounds: [0, 4, 8], rows: 8, columns: 4, values: new Float32Array(32) };
for (const feature of [0, 1]) m.values[feature * 4 + feature] = 2;
for (const feature of [2, 3]) {
  m.values[feature * 4 + feature] = 1;
  m.values[(4 + feature) * 4 + feature] = -Math.sqrt(3);
}

it('shares by head, of M and of the U that is its transpose', () => {
  const u: Blocked = { role: 'U', bounds: m.bounds, rows: 4, columns: 8, values: new Float32Array(32) };
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 4; column++) u.values[column * 8 + row] = m.values[row * 4 + column]!;
  }
  for (const matrix of [m, u]) {
    const [first = [], second = []] = headShares(matrix, 2);
    expect(first).toEqual([1, 0]);
    expect(second[0]).toBeCloseTo(0.25, 6);
    expect(second[1]).toBeCloseTo(0.75, 6);
  }
});

it('facts of the whole and of each block', () => {
  const { whole, blocks, heads, singular } = matrixFacts(m, null);
  expect(heads).toBeNull();
  expect(blocks).toHaveLength(2);
  // Trace 6 of the first block, whose norm is √10.
  expect(blocks[0]?.identity).toBeCloseTo(6 / Math.sqrt(10 * 4), 6);
  expect(blocks[1]?.identity).toBeCloseTo(-Math.SQRT1_2, 6);
  // Two features select, two have 1 and √3.
  expect(whole?.selection).toBeCloseTo((2 + Math.sqrt(3)) / 4, 6);
  // Every column has norm 2 and they are orthogonal.
  for (const value of singular.values) expect(value).toBeCloseTo(2, 6);
});
