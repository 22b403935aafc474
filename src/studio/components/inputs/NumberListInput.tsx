import type { KeyboardEvent } from 'react';
import { useEffect, useId, useState } from 'react';
import { formatNumbers, parseNumbers } from '../../text/number-list.ts';

interface Props {
  id: string;
  value: readonly number[];
  onChange: (value: number[]) => void;
  /** How many numbers there must be; one alone stands for all. */
  length: number;
  positive?: boolean;
}

/** A few numbers in one line, kept on leaving or with Enter. Escape, and leaving with a wrong text, take it back. */
export function NumberListInput({ id, value, onChange, length, positive = false }: Props) {
  const shown = formatNumbers(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const problemId = useId();
  const { numbers, problem } = parseNumbers(text, length, positive);
  const keep = () => {
    if (numbers && formatNumbers(numbers) !== shown) onChange(numbers);
    else setText(shown);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter' && numbers) event.currentTarget.blur();
    if (event.key === 'Escape') setText(shown);
  };
  return (
    <>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        className="numbers"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={keep}
        onKeyDown={onKeyDown}
      />
      {problem !== null && (
        <span className="hint bad-hint" id={problemId}>
          {problem}
        </span>
      )}
    </>
  );
}
