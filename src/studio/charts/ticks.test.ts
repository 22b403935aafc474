import { describe, expect, it } from 'vitest';
import { logTicks } from './ticks.ts';

describe('logTicks', () => {
  it('has 1, 2 and 5 over few powers of ten', () => {
    expect(logTicks(0.03, 2).ticktext).toEqual([
      '0.01',
      '0.02',
      '0.05',
      '0.1',
      '0.2',
      '0.5',
      '1',
      '2',
      '5',
      '10',
      '20',
      '50',
    ]);
  });

  it('has powers only over many', () => {
    expect(logTicks(1e-6, 1).ticktext).toEqual(['1e-6', '1e-5', '0.0001', '0.001', '0.01', '0.1', '1']);
  });

  it('covers both ends', () => {
    for (const [low, high] of [
      [0.019, 0.33],
      [1, 1],
      [4e-5, 7],
    ] as const) {
      const { tickvals } = logTicks(low, high);
      expect(tickvals[0]).toBeLessThanOrEqual(low);
      expect(tickvals.at(-1)).toBeGreaterThanOrEqual(high);
    }
  });
});
