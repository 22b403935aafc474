import { expect, it } from 'vitest';
import type { KeptSession } from '../stores/sessions.ts';
import { superfluous } from './shelf.ts';

const kept = (id: string, runs: number, index: number): KeptSession => ({
  id,
  saved: 1000 - index,
  names: [],
  runs,
  bytes: 1,
});
const shelf = (...runs: number[]) => runs.map((count, index) => kept(String(index), count, index));

it('keeps the newest session, and five with runs', () => {
  expect(superfluous([])).toEqual([]);
  expect(superfluous(shelf(0))).toEqual([]);
  expect(superfluous(shelf(1, 1, 1, 1, 1))).toEqual([]);
  expect(superfluous(shelf(2, 1, 1, 3, 1, 1, 1))).toEqual(['5', '6']);
});

it('lets go of recipes without runs first', () => {
  expect(superfluous(shelf(0, 0, 1, 0, 1))).toEqual(['1', '3']);
  expect(superfluous(shelf(0, 1, 1, 1, 1, 1))).toEqual(['5']);
});
