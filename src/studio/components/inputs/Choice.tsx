import type { ReactNode } from 'react';
import { useId } from 'react';

interface Props<T extends string> {
  /** What is chosen. */
  label: string;
  options: readonly { value: T; label: ReactNode }[];
  value: T;
  onChange: (value: T) => void;
  /** One line on what is chosen right now. */
  hint?: string;
  /** "pictures" stacks a picture above its word. */
  look?: 'segments' | 'pictures';
}

/** One of a few, all visible: radio buttons that look like one control. */
export function Choice<T extends string>({ label, options, value, onChange, hint, look = 'segments' }: Props<T>) {
  const name = useId();
  return (
    <fieldset className="choice" data-look={look} aria-describedby={hint ? `${name}-hint` : undefined}>
      <legend>{label}</legend>
      <div className="choice-options">
        {options.map((option) => (
          <label key={option.value} data-chosen={option.value === value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {hint && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </fieldset>
  );
}
