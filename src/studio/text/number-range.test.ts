import { describe, expect, it } from 'vitest';
import { numberProblem } from './number-range.ts';

describe('numberProblem', () => {
  it.each([
    ['1e-4', { min: 0, above: true }],
    ['0', { min: 0 }],
    [' 12 ', { integer: true, min: 1, max: 12 }],
    ['-3', {}],
  ])('takes %j', (text, range) => expect(numberProblem(text, false, range)).toBeNull());

  it.each([
    ['0', { min: 0, above: true }, 'above 0'],
    ['-1', { min: 0 }, '0 or more'],
    ['13', { max: 12 }, '12 or less'],
    ['1.5', { integer: true }, 'whole'],
    ['1e', {}, 'no number'],
    ['Infinity', {}, 'no number'],
  ])('refuses %j', (text, range, reason) => expect(numberProblem(text, false, range)).toContain(reason));

  it('lets a text be empty only where a number may be missing', () => {
    expect(numberProblem(' ', true, {})).toBeNull();
    expect(numberProblem(' ', false, {})).toBe('Write a number.');
  });
});
