import { describe, expect, it } from 'vitest';
import { sample, smooth, smoothingWeight } from './smoothing.ts';

describe('smooth', () => {
  it('starts at the first value and leaves a constant as it is', () => {
    for (const value of smooth([3, 3, 3, 3], 0.9)) expect(value).toBeCloseTo(3, 12);
  });

  it('is the bias-corrected moving average', () => {
    const [first, second, third] = smooth([1, 2, 4], 0.5);
    expect(first).toBeCloseTo(1, 12);
    expect(second).toBeCloseTo((0.25 * 1 + 0.5 * 2) / 0.75, 12);
    expect(third).toBeCloseTo((0.125 * 1 + 0.25 * 2 + 0.5 * 4) / 0.875, 12);
  });

  it('steps over what is no number', () => {
    const smoothed = smooth([1, Number.NaN, 1], 0.9);
    expect(smoothed[1]).toBeNaN();
    expect(smoothed[2]).toBeCloseTo(1, 12);
  });
});

it('smoothingWeight grows with the run, within bounds', () => {
  expect(smoothingWeight(0)).toBeCloseTo(2 / 3);
  expect(smoothingWeight(240)).toBeCloseTo(7 / 8);
  expect(smoothingWeight(1e6)).toBeCloseTo(11 / 12);
});

describe('sample', () => {
  it('takes all of few', () => expect(sample(3, 10)).toEqual([0, 1, 2]));
  it('spreads over many, with both ends', () => {
    const rows = sample(1000, 5);
    expect(rows).toEqual([0, 250, 500, 749, 999]);
  });
});
