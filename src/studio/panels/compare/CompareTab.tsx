import type { MethodName } from '../../../engine/recipe.ts';
import { runComparisons } from '../../actions/compare.ts';
import { Notices } from '../../components/ErrorNote.tsx';
import { settingKey } from '../../recipe/draft.ts';
import type { Refusals } from '../../runs/compare.ts';
import { comparisons, isComplete } from '../../runs/compare.ts';
import type { Run } from '../../runs/run.ts';
import { trains } from '../../runs/run.ts';
import { useGrowth } from '../../stores/growth.ts';
import { currentRecipe, isReady, useRecipe } from '../../stores/recipe.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { compareControls } from '../../text/controls/stage.ts';
import { methodNames } from '../../text/describe.ts';
import { CloserLook } from './CloserLook.tsx';
import { CompareTable } from './CompareTable.tsx';
import { GrowthPanel } from './GrowthPanel.tsx';
import { SaveReport } from './SaveReport.tsx';

/** Everything that was measured, side by side. */
export function CompareTab() {
  const runs = useRuns((state) => state.runs);
  const sourceScores = useRuns((state) => state.sourceScores);
  const refused = useRuns((state) => state.refused);
  const sources = useRecipe((state) => state.draft.sources);
  // What was asked for stands on top.
  const grown = useGrowth(({ progress }) => progress !== null) || haveOtherCounts(runs);
  const current = { recipe: currentRecipe(), colours: sources.map((source) => source.colour) };
  const tables = comparisons(current, runs, sourceScores);
  const own = tables.find(({ key }) => key === settingKey(current.recipe));
  const growth = own && <GrowthPanel comparison={own} />;
  return (
    <div className="compare">
      {grown && growth}
      <section className="panel-box" aria-labelledby="compare-title">
        <header>
          <h3 id="compare-title">Accuracy on held-out images</h3>
          <BaselinesButton />
        </header>
        <Notices place="compare" />
        {tables.length === 0 && (
          <p className="hint">
            Sources alone, their ensemble, every method and every run appear here once they are measured.
          </p>
        )}
        {tables.map((table) => (
          <div key={table.key} className="comparison">
            <CompareTable comparison={table} />
            <Refused reasons={refused[table.key] ?? {}} />
          </div>
        ))}
        {tables.length > 0 && (
          <p className="hint">
            Task columns choose among the task's own classes, joint among the classes of all tasks. Reconstruction
            error: how far the sources' features are missed, 0 % is perfect. The best merged network of a column is
            bold; sources and the ensemble are what it is measured against. Time is without pauses and measuring.
          </p>
        )}
      </section>
      {!grown && growth}
      <CloserLook tables={tables} />
      <SaveReport tables={tables} />
    </div>
  );
}

/** Whether runs that trained had other numbers of images. */
const haveOtherCounts = (runs: readonly Run[]): boolean =>
  new Set(runs.filter(trains).map(({ recipe }) => recipe.sources.map(({ images }) => images?.train).join())).size > 1;

/** Methods that cannot apply, and why; methods of one reason together. */
function Refused({ reasons }: { reasons: Refusals[string] }) {
  const byReason = new Map<string, string[]>();
  for (const [method, reason] of Object.entries(reasons) as [MethodName, string][]) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), methodNames[method]]);
  }
  return [...byReason].map(([reason, methods]) => (
    <p key={reason} className="hint">
      {methods.length > 1 ? `${methods.slice(0, -1).join(', ')} and ${methods.at(-1)}` : methods[0]} cannot apply:{' '}
      {reason}
    </p>
  ));
}

function BaselinesButton() {
  const ready = useRecipe(isReady);
  const active = useRuns((state) => activeRun(state) !== null);
  const comparing = useRuns((state) => state.comparing);
  const complete = useRuns((state) => isComplete(currentRecipe(), state.runs, state.sourceScores, state.refused));
  const note = comparing
    ? `${comparing}…`
    : active
      ? 'Possible when the run is over.'
      : complete
        ? 'Sources and all methods without training that apply are measured.'
        : '';
  return (
    <>
      <span className="quiet" aria-live="polite" data-testid="comparing">
        {note}
      </span>
      <button
        type="button"
        className="button"
        data-testid="run-baselines"
        title={tooltip(compareControls.baselines)}
        disabled={!ready || active || comparing !== null}
        onClick={() => void runComparisons()}
      >
        {compareControls.baselines.label}
      </button>
    </>
  );
}
