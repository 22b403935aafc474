import type { KeyboardEvent } from 'react';
import { useEffect, useState } from 'react';
import { clickToChange } from '../../text/controls/page.ts';

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

/** A text that turns out to be editable. Enter keeps it, Escape takes it back; an empty text is not kept. */
export function EditableText({ label, value, onChange, className = '' }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const keep = () => {
    const trimmed = text.trim();
    if (trimmed === '' || trimmed === value) setText(value);
    else onChange(trimmed);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') setText(value);
    if (event.key === 'Enter') event.currentTarget.blur();
  };
  return (
    <input
      type="text"
      className={`editable ${className}`}
      aria-label={label}
      title={clickToChange(label)}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={onKeyDown}
    />
  );
}
