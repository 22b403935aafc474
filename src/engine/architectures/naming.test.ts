import { describe, expect, it } from 'vitest';
import { assertFinite } from './naming.ts';

const largest = (2 - 2 ** -23) * 2 ** 127;

describe('finite numbers', () => {
  it('may be as large as they can be, and none at all', () => {
    expect(() => assertFinite(new Float32Array(1000).fill(largest), 'w', 'file')).not.toThrow();
    expect(() => assertFinite(new Float32Array(), 'w', 'file')).not.toThrow();
  });

  it.each([0, 1, 2, 3, 4, 7, 8, 9, 10])('one that is not is found at place %d of 11', (place) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const values = new Float32Array(11).fill(largest);
      values[place] = value;
      expect(() => assertFinite(values, 'w', 'file')).toThrow('"w" in file has 1 value that is not a finite number.');
    }
  });

  it('infinities of both signs do not cancel', () => {
    const values = Float32Array.of(Number.POSITIVE_INFINITY, 1, 2, 3, Number.NEGATIVE_INFINITY);
    expect(() => assertFinite(values, 'w', 'file')).toThrow('2 values that are not a finite number');
  });
});
