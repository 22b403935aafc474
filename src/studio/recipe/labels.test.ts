import { describe, expect, it } from 'vitest';
import { formatLabels, parseLabels, suggestLabels } from './labels.ts';

describe('labels', () => {
  it.each([
    ['5–9', [5, 6, 7, 8, 9]],
    ['5-9', [5, 6, 7, 8, 9]],
    ['5 - 9', [5, 6, 7, 8, 9]],
    ['9–7', [9, 8, 7]],
    ['0, 2;4 6', [0, 2, 4, 6]],
    [' 3 ', [3]],
    ['4–4', [4]],
    ['', []],
  ])('reads %j', (text, labels) => expect(parseLabels(text)).toEqual({ labels, problem: null }));

  it.each(['five', '1–', '1.5', '1-2-3', '0–4, 3', '0–999999999'])('refuses %j with a reason', (text) => {
    const { labels, problem } = parseLabels(text);
    expect(labels).toBeNull();
    expect(problem).toMatch(/\.$/);
  });

  it.each([
    [[5, 6, 7, 8, 9], '5–9'],
    [[9, 8, 7], '9–7'],
    [[0, 1, 5], '0, 1, 5'],
    [[3, 1, 2], '3, 1, 2'],
    [[0, 1, 2, 7, 5, 4, 3], '0–2, 7, 5–3'],
    [[], ''],
    [[4], '4'],
  ])('writes %j', (labels, text) => expect(formatLabels(labels)).toBe(text));

  it('reads back what it writes', () => {
    for (const labels of [
      [0, 1, 2, 3],
      [3, 2, 1, 9, 5, 6, 7],
      [1, 3, 5],
    ]) {
      expect(parseLabels(formatLabels(labels)).labels).toEqual(labels);
    }
  });

  it('suggests parts of the size of the head that no other task has', () => {
    const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(suggestLabels(digits, 5, [])).toEqual([digits.slice(0, 5), digits.slice(5)]);
    expect(suggestLabels(digits, 5, [0, 1])).toEqual([digits.slice(5)]);
    expect(suggestLabels(digits, 4, [])).toEqual([digits.slice(0, 4), digits.slice(4, 8)]);
    expect(suggestLabels(digits, 11, [])).toEqual([]);
  });
});
