import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  duration,
  operations,
  pace,
  percent,
  plain,
  plural,
  significant,
  stepDuration,
} from './numbers.ts';

/** No-break spaces as plain ones, to keep the tables below readable. */
const readable = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers for people', () => {
  it.each([
    [0.9613, '96.1 %'],
    [1, '100.0 %'],
    [0, '0.0 %'],
  ])('percent(%d)', (value, text) => expect(readable(percent(value))).toBe(text));

  it.each([
    [121344, '121,344'],
    [7, '7'],
  ])('count(%d)', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [999_499, '999,499'],
    [1e6, '1.00 million'],
    [442_368_000, '442 million'],
    [999_600_000, '1.00 billion'],
    [3.21e13, '32.1 trillion'],
  ])('operations(%d)', (value, text) => expect(readable(operations(value))).toBe(text));

  it('plural names one and many', () => {
    expect(readable(plural(1, 'class', 'classes'))).toBe('1 class');
    expect(readable(plural(1200, 'step'))).toBe('1,200 steps');
  });

  it.each([
    [12, '12 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [561320, '561 kB'],
    [22_900_000, '22.9 MB'],
    [1.5e9, '1.5 GB'],
    [99_960_000, '100 MB'],
  ])('bytes(%d)', (value, text) => expect(readable(bytes(value))).toBe(text));

  it.each([
    [0.001, '< 0.01 s'],
    [0.12, '0.12 s'],
    [0.999, '1.0 s'],
    [9.96, '10 s'],
    [59.7, '1 min 00 s'],
    [75, '1 min 15 s'],
    [3660, '1 h 01 min'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('duration(%d)', (value, text) => expect(readable(duration(value))).toBe(text));

  it.each([
    [0.00412, '4.1 ms'],
    [0.245, '245 ms'],
    [4.24, '4.2 s'],
  ])('stepDuration(%d)', (value, text) => expect(readable(stepDuration(value))).toBe(text));

  it.each([
    [0.031491, '0.0315'],
    [1.3e-7, '1.30e-7'],
    [12345, '12,345'],
    [2.5, '2.50'],
    [0, '0'],
    [-0.5, '−0.500'],
    [Number.NaN, 'NaN'],
  ])('significant(%d)', (value, text) => expect(significant(value)).toBe(text));

  it.each([0.001, 1e-6, 12, 0.00015, 0])('plain(%d) reads back as itself', (value) =>
    expect(Number(plain(value))).toBe(value),
  );

  it('pace has a decimal only when slow', () => {
    expect(pace(24.4)).toBe('24 steps/s');
    expect(pace(1.25)).toBe('1.3 steps/s');
    expect(pace(Number.POSITIVE_INFINITY)).toBe('–');
  });
});
