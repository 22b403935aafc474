import { useId } from 'react';
import type { Run } from '../../runs/run.ts';
import { matrixControls } from '../../text/controls/stage.ts';

interface Props {
  /** Runs that can stand beside the one that is shown. */
  runs: readonly Run[];
  /** Ids of those that do. */
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** At most so many besides the first. */
export const mostBeside = 2;

/** Chooses runs whose matrices stand beside those of the run that is shown. */
export function CompareWith({ runs, chosen, onChange }: Props) {
  const id = useId();
  if (runs.length === 0) return null;
  const pickers = Math.min(mostBeside, runs.length, chosen.length + 1);
  const choose = (index: number, run: string) =>
    onChange([...chosen.slice(0, index), ...(run ? [run] : []), ...chosen.slice(index + 1)]);
  return (
    <div className="compare-with">
      {Array.from({ length: pickers }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a picker is its place
        <span className="run-picker" key={index}>
          <label htmlFor={`${id}-${index}`}>
            {(index === 0 ? matrixControls.compareWith : matrixControls.andWith).label}
          </label>
          <select
            id={`${id}-${index}`}
            value={chosen[index] ?? ''}
            onChange={(event) => choose(index, event.target.value)}
          >
            <option value="">none</option>
            {runs
              .filter((run) => run.id === chosen[index] || !chosen.includes(run.id))
              .map((run) => (
                <option key={run.id} value={run.id}>
                  {run.name}
                </option>
              ))}
          </select>
        </span>
      ))}
    </div>
  );
}
