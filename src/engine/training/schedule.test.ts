import { describe, expect, it } from 'vitest';
import { oneCycle } from './schedule.ts';

describe('oneCycle', () => {
  it('starts at max/25, peaks one step before 30 %, and ends at max/25/1e4', () => {
    const rate = oneCycle(1, 100);
    expect(rate(0)).toBeCloseTo(1 / 25, 12);
    expect(rate(29)).toBeCloseTo(1, 12);
    expect(rate(99)).toBeCloseTo(1 / 25e4, 12);
    expect(rate(14.5)).toBeCloseTo((1 + 1 / 25) / 2, 12);
  });

  it.each([1, 2, 3, 4, 7])('gives a finite, positive rate at every one of %d steps', (steps) => {
    const rate = oneCycle(1e-3, steps);
    for (let step = 0; step < steps; step++) {
      expect(rate(step)).toBeGreaterThan(0);
      expect(rate(step)).toBeLessThanOrEqual(1e-3);
    }
  });
});
