import { useEffect, useState } from 'react';
import { plain } from '../text/numbers.ts';

interface Props {
  id?: string;
  label?: string;
  describedBy?: string | undefined;
  value: number | null;
  onChange: (value: number) => void;
  /** Called for an empty text, where a number may be missing. */
  onClear?: () => void;
  placeholder?: string;
  min?: number;
  max?: number;
  /** The least number is not allowed itself. */
  above?: boolean;
  integer?: boolean;
}

/** A number that is kept only when it is one; "1e-4" is. An unfinished or wrong text goes back on leaving. */
export function NumberInput({ id, label, describedBy, value, onChange, onClear, placeholder, ...range }: Props) {
  const shown = value === null ? '' : plain(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const problem = text === shown ? null : problemOf(text, onClear !== undefined, range);
  const change = (next: string) => {
    setText(next);
    if (problemOf(next, onClear !== undefined, range) !== null) return;
    if (next.trim() === '') onClear?.();
    else onChange(Number(next));
  };
  return (
    <input
      id={id}
      type="text"
      inputMode={range.integer ? 'numeric' : 'decimal'}
      className="number"
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={problem !== null}
      title={problem ?? undefined}
      placeholder={placeholder}
      value={text}
      onChange={(event) => change(event.target.value)}
      onBlur={() => setText(shown)}
    />
  );
}

type Range = Pick<Props, 'min' | 'max' | 'above' | 'integer'>;

function problemOf(text: string, mayBeEmpty: boolean, range: Range): string | null {
  if (text.trim() === '') return mayBeEmpty ? null : 'Write a number.';
  const value = Number(text);
  if (!Number.isFinite(value)) return 'That is no number.';
  if (range.integer && !Number.isInteger(value)) return 'Write a whole number.';
  return rangeProblem(value, range);
}

function rangeProblem(
  value: number,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above }: Range,
): string | null {
  if (above && value <= min) return `Write a number above ${min}.`;
  if (value < min) return `Write ${min} or more.`;
  return value > max ? `Write ${max} or less.` : null;
}
