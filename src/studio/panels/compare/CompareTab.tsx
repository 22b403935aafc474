import { runComparisons } from '../../actions/compare.ts';
import { Notices } from '../../components/ErrorNote.tsx';
import { comparisons, isComplete } from '../../runs/compare.ts';
import { currentRecipe, isReady, useRecipe } from '../../stores/recipe.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { CompareTable } from './CompareTable.tsx';

/** Everything that was measured, side by side. */
export function CompareTab() {
  const runs = useRuns((state) => state.runs);
  const sourceScores = useRuns((state) => state.sourceScores);
  const sources = useRecipe((state) => state.draft.sources);
  const current = { recipe: currentRecipe(), colours: sources.map((source) => source.colour) };
  const tables = comparisons(current, runs, sourceScores);
  return (
    <div className="compare">
      <section className="panel-box" aria-labelledby="compare-title">
        <header>
          <h3 id="compare-title">Accuracy on held-out images</h3>
          <CompareButton />
        </header>
        <Notices place="compare" />
        {tables.length === 0 && (
          <p className="hint">
            Sources alone, their average, their ensemble and every run appear here once they are measured.
          </p>
        )}
        {tables.map((table) => (
          <CompareTable key={table.key} comparison={table} />
        ))}
        {tables.length > 0 && (
          <p className="hint">
            Task columns choose among the task's own classes, joint among the classes of all tasks. The best merged
            network of a column is bold; sources and the ensemble are what it is measured against. Time is without
            pauses and measuring.
          </p>
        )}
      </section>
    </div>
  );
}

function CompareButton() {
  const ready = useRecipe(isReady);
  const active = useRuns((state) => activeRun(state) !== null);
  const comparing = useRuns((state) => state.comparing);
  const complete = useRuns((state) => isComplete(currentRecipe(), state.runs, state.sourceScores));
  const note = comparing
    ? `${comparing}…`
    : active
      ? 'Possible when the run is over.'
      : complete
        ? 'Sources, average and ensemble are measured.'
        : '';
  return (
    <>
      <span className="quiet" aria-live="polite" data-testid="comparing">
        {note}
      </span>
      <button
        type="button"
        className="button"
        disabled={!ready || active || complete || comparing !== null}
        onClick={() => void runComparisons()}
      >
        Run the comparisons
      </button>
    </>
  );
}
