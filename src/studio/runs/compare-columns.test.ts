import { describe, expect, it } from 'vitest';
import type { CompareRow } from './compare.ts';
import { bestOf, columnsOf, nextOrder, sortedRows } from './compare-columns.ts';
import { score } from './testing.ts';

const row = (key: string, kind: CompareRow['kind'], first: number, changes: Partial<CompareRow> = {}): CompareRow => ({
  key,
  name: key,
  kind,
  source: null,
  score: score(first, 0.5),
  live: false,
  reconstruction: [0.2, 0.4],
  learnable: null,
  seconds: 1,
  ...changes,
});
const rows = [
  row('digits 10', 'source', 0.99, { seconds: null }),
  row('digits 9', 'source', 0.2, { seconds: null }),
  row('Ensemble', 'ensemble', 0.97, { reconstruction: [] }),
  row('Average', 'average', 0.4, { seconds: 3 }),
  row('heron', 'fs-merge', 0.9, { reconstruction: [0.1, null] }),
  row('wren', 'fs-merge', 0.95, { live: true, reconstruction: [] }),
];
const columns = columnsOf({ tasks: ['digits', 'clothes'] });
const column = (key: string) => {
  const found = columns.find((one) => one.key === key);
  if (!found) throw new Error(key);
  return found;
};
const keys = (key: string, direction: 'ascending' | 'descending') =>
  sortedRows(rows, columns, { key, direction }).map((one) => one.key);

describe('bestOf', () => {
  it('is among merged networks that are finished: highest accuracy, lowest error', () => {
    expect(bestOf(column('task 0'), rows)).toBe(0.9);
    expect(bestOf(column('reconstruction'), rows)).toBe(0.1);
  });

  it('is none where nothing is better, or nothing is merged', () => {
    expect(bestOf(column('seconds'), rows)).toBeNull();
    expect(bestOf(column('joint'), rows.slice(0, 3))).toBeNull();
  });
});

describe('sortedRows', () => {
  it('goes up and down, and leaves rows without a value at the end', () => {
    expect(keys('task 0', 'descending')).toEqual(['digits 10', 'Ensemble', 'wren', 'heron', 'Average', 'digits 9']);
    expect(keys('seconds', 'ascending')).toEqual(['Ensemble', 'heron', 'wren', 'Average', 'digits 10', 'digits 9']);
    expect(keys('seconds', 'descending')).toEqual(['Average', 'Ensemble', 'heron', 'wren', 'digits 10', 'digits 9']);
  });

  it('reads numbers in names', () => {
    expect(keys('model', 'ascending').slice(1, 3)).toEqual(['digits 9', 'digits 10']);
  });

  it('leaves the rows as they are without an order', () => expect(sortedRows(rows, columns, null)).toBe(rows));
});

it('a heading sorts from the better end, then from the other, then not at all', () => {
  const first = nextOrder({ key: 'model', direction: 'ascending' }, 'joint', columns);
  expect(first).toEqual({ key: 'joint', direction: 'descending' });
  const second = nextOrder(first, 'joint', columns);
  expect(second).toEqual({ key: 'joint', direction: 'ascending' });
  expect(nextOrder(second, 'joint', columns)).toBeNull();
  expect(nextOrder(null, 'reconstruction', columns)).toEqual({ key: 'reconstruction', direction: 'ascending' });
});
