import { describe, expect, it } from 'vitest';
import { formatNumbers, parseNumbers } from './number-list.ts';

describe('parseNumbers', () => {
  it.each([
    ['0.485, 0.456 0.406', 3, [0.485, 0.456, 0.406]],
    ['0.5', 3, [0.5, 0.5, 0.5]],
    [' 1e-5;', 1, [1e-5]],
  ])('reads %j as %d numbers', (text, length, numbers) => {
    expect(parseNumbers(text, length)).toEqual({ numbers, problem: null });
    expect(parseNumbers(formatNumbers(numbers), length).numbers).toEqual(numbers);
  });

  it.each([
    ['0.5, half', 2, '"half" is no number.'],
    ['0.5, 0.5', 3, 'Write 3 numbers, one for each channel, or one for all.'],
    ['', 1, 'Write one number.'],
    ['0.5, 0', 2, 'Write numbers above 0.'],
  ])('refuses %j', (text, length, problem) => expect(parseNumbers(text, length, true).problem).toBe(problem));
});
