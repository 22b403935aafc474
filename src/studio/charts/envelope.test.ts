import { describe, expect, it } from 'vitest';
import { envelope } from './envelope.ts';

const steps = (count: number) => Array.from({ length: count }, (_, index) => index);
/** Noise from 0 to 1 that is the same every time. */
const noise = (index: number) => (Math.sin(index * 12.9898) * 43_758.5453) % 1;

describe('envelope', () => {
  it('leaves a line alone that has two points a column', () => {
    const line = { x: steps(20), y: steps(20).map(noise) };
    expect(envelope(line, 10)).toBe(line);
  });

  it('keeps the lowest and the highest point of every column, in order, and invents none', () => {
    const x = steps(10_007);
    const y = x.map(noise);
    const columns = 313;
    const kept = envelope({ x, y }, columns);
    expect(kept.x.length).toBeLessThanOrEqual(2 * columns);
    expect(kept.x).toEqual([...kept.x].sort((a, b) => a - b));
    for (const [index, at] of kept.x.entries()) expect(kept.y[index]).toBe(y[at]);
    const columnOf = (at: number) => Math.min(columns - 1, Math.floor((at / 10_006) * columns));
    for (let column = 0; column < columns; column++) {
      const all = y.filter((_, at) => columnOf(at) === column);
      const shown = kept.y.filter((_, index) => columnOf(kept.x[index] ?? 0) === column);
      expect([Math.min(...shown), Math.max(...shown)]).toEqual([Math.min(...all), Math.max(...all)]);
    }
  });

  it('goes by x, not by place: a dense stretch takes no more than its columns', () => {
    const x = [...steps(1000).map((index) => index / 1000), 50, 100];
    const kept = envelope({ x, y: x }, 100);
    expect(kept.x).toEqual([0, 0.999, 50, 100]);
  });

  it('keeps a gap a gap, and sees the extremes beside what is no number', () => {
    const y = steps(100).map((index) => (index >= 50 ? Number.NaN : index));
    y[10] = Number.POSITIVE_INFINITY;
    const kept = envelope({ x: steps(100), y }, 10);
    expect(kept.y.slice(0, 4)).toEqual([0, 9, 11, 19]);
    expect(kept.y.slice(10)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  });

  it('stands one point at the same x for all', () => {
    expect(envelope({ x: [3, 3, 3, 3], y: [1, 5, 0, 2] }, 1)).toEqual({ x: [3, 3], y: [5, 0] });
  });

  it('takes 100,000 points in a few milliseconds', () => {
    const x = steps(100_000);
    const y = x.map(noise);
    envelope({ x, y }, 800);
    const times = steps(9).map(() => {
      const started = performance.now();
      envelope({ x, y }, 800);
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(20);
  });
});
