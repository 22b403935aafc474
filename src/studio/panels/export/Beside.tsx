import { safeName, saveRecipe, saveSuperNet } from '../../actions/export.ts';
import { saveReport } from '../../actions/report.ts';
import { Icon } from '../../components/Icon.tsx';
import { comparisons } from '../../runs/compare.ts';
import type { Run } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';
import type { Control } from '../../text/controls/control.ts';
import { exportControls } from '../../text/controls/stage.ts';

/** What else can be kept of a run besides its network. */
export function Beside({ run, name }: { run: Run; name: string }) {
  return (
    <div className="export-beside">
      <Save control={exportControls.recipe} onSave={() => saveRecipe(run, safeName(name))} />
      {run.recipe.method.name === 'fs-merge' && (
        <Save
          control={exportControls.superNet}
          testId="save-supernet"
          onSave={() => void saveSuperNet(run.id, safeName(name))}
        />
      )}
      <Save control={exportControls.report} onSave={() => void reportOn(run)} />
    </div>
  );
}

interface SaveProps {
  control: Control;
  testId?: string;
  onSave(): void;
}

function Save({ control: { label, hint }, testId, onSave }: SaveProps) {
  return (
    <div>
      <button type="button" className="button" data-testid={testId} onClick={onSave}>
        <Icon name="download" /> {label}
      </button>
      <p className="hint">{hint}</p>
    </div>
  );
}

async function reportOn(run: Run): Promise<void> {
  const { runs, sourceScores } = useRuns.getState();
  const table = comparisons(run, runs, sourceScores).find(({ rows }) => rows.some(({ key }) => key === run.id));
  if (table) await saveReport(table, [run], 'export');
}
