import type { ReactNode } from 'react';
import { safeName, saveRecipe, saveSuperNet } from '../../actions/export.ts';
import { saveReport } from '../../actions/report.ts';
import { Icon } from '../../components/Icon.tsx';
import { comparisons } from '../../runs/compare.ts';
import type { Run } from '../../runs/run.ts';
import { useRuns } from '../../stores/runs.ts';

/** What else can be kept of a run besides its network. */
export function Beside({ run, name }: { run: Run; name: string }) {
  return (
    <div className="export-beside">
      <Save
        label="Save the recipe"
        hint="Sources by name, images, method and seed as JSON: the same files and this recipe give the same network."
        onSave={() => saveRecipe(run, safeName(name))}
      />
      {run.recipe.method.name === 'fs-merge' && (
        <Save
          label="Save the SuperNet"
          testId="save-supernet"
          hint="M, U and LayerNorms, not folded: drop the file here to look at it, fold it or train it further."
          onSave={() => void saveSuperNet(run.id, safeName(name))}
        />
      )}
      <Save
        label="Save a report"
        hint="One HTML file with recipe, sources, accuracy, cost and charts. Compare has reports on several runs."
        onSave={() => void reportOn(run)}
      />
    </div>
  );
}

interface SaveProps {
  label: string;
  hint: ReactNode;
  testId?: string;
  onSave(): void;
}

function Save({ label, hint, testId, onSave }: SaveProps) {
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
