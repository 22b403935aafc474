import type { ReactNode } from 'react';
import { useId } from 'react';

interface Props {
  label: string;
  /** One line on what it does. */
  hint?: ReactNode;
  /** Puts the control under the label instead of beside it. */
  wide?: boolean;
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}

/** A labelled control with its explanation. */
export function Field({ label, hint, wide = false, children }: Props) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div className="field" data-wide={wide || undefined}>
      <label htmlFor={id}>{label}</label>
      <div className="field-control">{children({ id, describedBy: hint ? hintId : undefined })}</div>
      {hint && (
        <p className="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
