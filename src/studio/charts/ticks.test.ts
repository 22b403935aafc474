import { describe, expect, it } from 'vitest';
import { logTicks } from './ticks.ts';

describe('logTicks', () => {
  it('has 1, 2 and 5 over few powers of ten', () => {
    const { ticktext } = logTicks(0.03, 2);
    expect(ticktext).toEqual(['0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1', '2', '5', '10', '20', '50']);
  });

  it('has powers only over many', () => {
    expect(logTicks(1e-6, 1).ticktext).toEqual(['1e-6', '1e-5', '0.0001', '0.001', '0.01', '0.1', '1']);
  });

  it.each([
    [0.8, 1.3],
    [0.55, 0.8],
    [1.2, 2.4],
    [1.48, 1.75],
  ])('has several ticks between %d and %d, all different in words', (low, high) => {
    const { tickvals, ticktext } = logTicks(low, high);
    expect(tickvals.filter((value) => value >= low && value <= high).length).toBeGreaterThanOrEqual(3);
    expect(new Set(ticktext).size).toBe(ticktext.length);
  });

  it.each([
    [0.019, 0.33],
    [1, 1],
    [4e-5, 7],
  ])('covers %d to %d', (low, high) => {
    const { tickvals } = logTicks(low, high);
    expect(tickvals[0]).toBeLessThanOrEqual(low);
    expect(tickvals.at(-1)).toBeGreaterThanOrEqual(high);
  });
});
