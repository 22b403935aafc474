/** Which texts are numbers that an option takes. */

export interface NumberRange {
  min?: number;
  max?: number;
  /** Whether `min` itself is too little. */
  above?: boolean;
  integer?: boolean;
}

/** What is wrong with a text as a number, in a sentence; null when nothing is. */
export function numberProblem(text: string, mayBeEmpty: boolean, range: NumberRange): string | null {
  if (text.trim() === '') return mayBeEmpty ? null : 'Write a number.';
  const value = Number(text);
  if (!Number.isFinite(value)) return 'That is no number.';
  if (range.integer && !Number.isInteger(value)) return 'Write a whole number.';
  return rangeProblem(value, range);
}

function rangeProblem(value: number, range: NumberRange): string | null {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above = false } = range;
  if (above && value <= min) return `Write a number above ${min}.`;
  if (value < min) return `Write ${min} or more.`;
  return value > max ? `Write ${max} or less.` : null;
}
