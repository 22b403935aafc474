import { QuietList } from '../QuietList.tsx';
import { Field } from './Field.tsx';

interface Props<T extends string> {
  label: string;
  options: readonly { value: T; text: string; problem: string | null }[];
  value: T;
  onChange: (value: T) => void;
  hint?: string;
}

/** A list of choices of which some are not possible right now; the reasons can be unfolded under it. */
export function ProblemSelect<T extends string>({ label, options, value, onChange, hint }: Props<T>) {
  const impossible = options.filter(({ problem }) => problem !== null);
  return (
    <div className="problem-select">
      <Field label={label} hint={hint}>
        {({ id, describedBy }) => (
          <select
            id={id}
            aria-describedby={describedBy}
            value={value}
            onChange={(event) => onChange(event.target.value as T)}
          >
            {options.map(({ value: name, text, problem }) => (
              <option key={name} value={name} disabled={problem !== null} title={problem ?? undefined}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <QuietList
        summary={`Not possible here: ${impossible.map(({ text }) => text).join(', ')}`}
        items={impossible.map(({ text, problem }) => `${text}: ${problem}`)}
      />
    </div>
  );
}
