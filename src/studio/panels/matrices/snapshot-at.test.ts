import { expect, it } from 'vitest';
import { snapshotAt } from './snapshot-at.ts';

it('is the nearest, of two the earlier, of none none', () => {
  expect(snapshotAt([0, 4, 8], 5)).toBe(4);
  expect(snapshotAt([0, 4, 8], 6)).toBe(4);
  expect(snapshotAt([0, 4, 8], 100)).toBe(8);
  expect(snapshotAt([], 3)).toBeUndefined();
});
