/** Numbers as people write them one after the other: "0.485, 0.456, 0.406". */
import { plain } from './numbers.ts';

export type ParsedNumbers = { numbers: number[]; problem: null } | { numbers: null; problem: string };

/** Reads `length` numbers; a single one stands for all. `positive` refuses 0 and less. */
export function parseNumbers(text: string, length: number, positive = false): ParsedNumbers {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const numbers = parts.map(Number);
  const wrong = parts.find((_, index) => !Number.isFinite(numbers[index]));
  if (wrong !== undefined) return { numbers: null, problem: `"${wrong}" is no number.` };
  if (positive && numbers.some((value) => value <= 0)) return { numbers: null, problem: 'Write numbers above 0.' };
  if (numbers.length === 1) return { numbers: new Array<number>(length).fill(numbers[0] ?? 0), problem: null };
  if (numbers.length === length) return { numbers, problem: null };
  const wanted = length === 1 ? 'one number' : `${length} numbers, one for each channel, or one for all`;
  return { numbers: null, problem: `Write ${wanted}.` };
}

export const formatNumbers = (numbers: readonly number[]): string => numbers.map(plain).join(', ');
