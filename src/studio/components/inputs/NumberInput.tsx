import { useEffect, useState } from 'react';
import type { NumberRange } from '../../text/number-range.ts';
import { numberProblem } from '../../text/number-range.ts';
import { plain } from '../../text/numbers.ts';

interface Props extends NumberRange {
  id?: string;
  label?: string;
  describedBy?: string | undefined;
  value: number | null;
  onChange: (value: number) => void;
  /** Called for an empty text, where a number may be missing. */
  onClear?: () => void;
  placeholder?: string;
}

/** A number that is kept only when it is one; "1e-4" is. An unfinished or wrong text goes back on leaving. */
export function NumberInput({ id, label, describedBy, value, onChange, onClear, placeholder, ...range }: Props) {
  const shown = value === null ? '' : plain(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const problem = text === shown ? null : numberProblem(text, onClear !== undefined, range);
  const change = (next: string) => {
    setText(next);
    if (numberProblem(next, onClear !== undefined, range) !== null) return;
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
