import { useId } from 'react';
import { selectRun } from '../../actions/runs.ts';
import type { Run } from '../../runs/run.ts';
import { tooltip } from '../../text/controls/control.ts';
import { stageControls } from '../../text/controls/stage.ts';

interface Props {
  runs: readonly Run[];
  value: Run;
}

/** Chooses the run that a tab shows. */
export function RunPicker({ runs, value }: Props) {
  const id = useId();
  return (
    <span className="run-picker">
      <label htmlFor={id}>{stageControls.run.label}</label>
      <select
        id={id}
        title={tooltip(stageControls.run)}
        value={value.id}
        onChange={(event) => selectRun(event.target.value)}
      >
        {runs.map((run) => (
          <option key={run.id} value={run.id}>
            {run.name}
          </option>
        ))}
      </select>
    </span>
  );
}
