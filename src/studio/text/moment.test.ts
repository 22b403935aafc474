import { expect, it } from 'vitest';
import { momentText } from './moment.ts';

it.each([
  [[2026, 2, 1, 9, 5], 'today 09:05'],
  [[2026, 1, 28, 23, 59], 'yesterday 23:59'],
  [[2026, 1, 27, 0, 0], '27 February, 00:00'],
  [[2025, 11, 31, 14, 5], '31 December 2025, 14:05'],
] as [[number, number, number, number, number], string][])('%j is %s', (moment, text) => {
  expect(momentText(new Date(...moment), new Date(2026, 2, 1, 10, 0))).toBe(text);
});
