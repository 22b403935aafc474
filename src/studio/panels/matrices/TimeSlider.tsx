import { useId } from 'react';
import { matrixControls } from '../../text/controls/stage.ts';
import { count } from '../../text/numbers.ts';

interface Props {
  /** Steps that can be gone back to, in order. */
  steps: readonly number[];
  /** The step that is shown; null: now. */
  value: number | null;
  onChange: (step: number | null) => void;
  /** Whether the run goes on. */
  live: boolean;
}

/** M and U through training: the start at the left, now at the right. */
export function TimeSlider({ steps, value, onChange, live }: Props) {
  const id = useId();
  if (steps.length === 0) return null;
  const found = steps.findIndex((step) => step >= (value ?? Number.POSITIVE_INFINITY));
  const place = found < 0 ? steps.length : found;
  const now = live ? 'live' : 'end of training';
  const words = place === steps.length ? now : place === 0 ? 'start' : `after step ${count(steps[place] ?? 0)}`;
  return (
    <div className="time-slider">
      <label htmlFor={id}>{matrixControls.time.label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={steps.length}
        step={1}
        value={place}
        aria-valuetext={words}
        onChange={(event) => onChange(steps[event.target.valueAsNumber] ?? null)}
      />
      <output htmlFor={id} data-testid="matrix-time">
        {words}
      </output>
    </div>
  );
}
