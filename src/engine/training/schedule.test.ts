import { describe, expect, it } from 'vitest';
import { oneCycle, rateOf } from './schedule.ts';

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

describe('cosine and constant', () => {
  it('rises in a line over the warm-up, then falls along half a cosine towards 0', () => {
    const rate = rateOf('cosine', 2, 100, 0.2);
    expect(rate(0)).toBeCloseTo(0.1, 12);
    expect(rate(19)).toBeCloseTo(2, 12);
    expect(rate(20)).toBeCloseTo(2, 12);
    expect(rate(60)).toBeCloseTo(1, 12);
    expect(rate(99)).toBeCloseTo(1 + Math.cos((Math.PI * 79) / 80), 12);
  });

  it('without a warm-up starts at the top', () => {
    expect(rateOf('cosine', 2, 10, 0)(0)).toBe(2);
  });

  it('constant never moves', () => {
    expect([0, 5, 9].map(rateOf('constant', 3e-4, 10, 0.1))).toEqual([3e-4, 3e-4, 3e-4]);
  });
});
