import { describe, expect, it } from 'vitest';
import { linearTicks, logTicks, positiveAxis, stepAxis } from './ticks.ts';

const texts = (ticks: readonly { text: string }[]) => ticks.map(({ text }) => text);

describe('logTicks', () => {
  it('has 1, 2 and 5 over few powers of ten', () => {
    expect(texts(logTicks(0.03, 2))).toEqual('0.01 0.02 0.05 0.1 0.2 0.5 1 2 5 10 20 50'.split(' '));
  });

  it('has powers only over many', () => {
    expect(texts(logTicks(1e-6, 1))).toEqual(['1e-6', '1e-5', '0.0001', '0.001', '0.01', '0.1', '1']);
  });

  it.each([
    [0.8, 1.3],
    [0.55, 0.8],
    [1.2, 2.4],
    [1.48, 1.75],
    [0.019, 0.33],
    [1, 1],
  ])('has ticks between %d and %d, all different in words', (low, high) => {
    const ticks = logTicks(low, high);
    const inside = ticks.filter(({ value }) => value >= low && value <= high);
    expect(inside.length).toBeGreaterThanOrEqual(low === high ? 1 : 3);
    expect(new Set(texts(ticks)).size).toBe(ticks.length);
  });
});

describe('linearTicks', () => {
  it('stand at round numbers', () => {
    expect(texts(linearTicks(0, 378))).toEqual(['0', '100', '200', '300']);
    expect(texts(linearTicks(0, 0.0021))).toEqual(['0', '0.0005', '0.001', '0.0015', '0.002']);
    expect(texts(linearTicks(0, 12_000))).toEqual(['0', '2,000', '4,000', '6,000', '8,000', '10,000', '12,000']);
  });

  it('are none without a range', () => expect(linearTicks(1, 1)).toEqual([]));
});

it('a step axis has whole steps only', () => {
  expect(texts(stepAxis(3).ticks)).toEqual(['0', '1', '2', '3']);
  expect(stepAxis(0).range).toEqual([0, 1]);
});

describe('positiveAxis', () => {
  it('leaves room around the values, and passes over what a logarithm does not have', () => {
    const { range, log } = positiveAxis([0.1, 0, Number.NaN, 10], true);
    expect(log).toBe(true);
    expect(range[0]).toBeGreaterThan(0.05);
    expect(range[0]).toBeLessThan(0.1);
    expect(range[1]).toBeGreaterThan(10);
  });

  it('begins at 0 where it is linear, and has room for one value', () => {
    expect(positiveAxis([2], false).range).toEqual([0, 2.1]);
    const [low, high] = positiveAxis([2], true).range;
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2);
  });

  it('has no ticks without values', () => expect(positiveAxis([], true)).toMatchObject({ range: [0, 1], ticks: [] }));
});
