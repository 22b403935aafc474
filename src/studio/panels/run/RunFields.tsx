import { ErrorNote, Notices } from '../../components/ErrorNote.tsx';
import { useFiles } from '../../stores/files.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { activeRun, selectedRun, useRuns } from '../../stores/runs.ts';
import { openCards } from '../../stores/ui.ts';
import { problemsIn } from '../../text/controls/page.ts';
import { bytes, count, operations, plural } from '../../text/numbers.ts';
import { useNeededFiles, useTroubledCards } from '../use-problems.ts';
import { BrokenRun } from './BrokenRun.tsx';
import { RunButtons } from './RunButtons.tsx';
import { RunProgress } from './RunProgress.tsx';
import { StepTime } from './StepTime.tsx';

/** What a run will cost, how far it is, and the buttons that steer it. */
export function RunFields() {
  const active = useRuns((state) => activeRun(state)?.id ?? null);
  const shown = useRuns((state) => activeRun(state) ?? selectedRun(state));
  return (
    <>
      {shown && <RunProgress run={shown} />}
      {shown?.error && <ErrorNote info={shown.error} />}
      {shown?.broken && <BrokenRun run={shown} broken={shown.broken} />}
      <Notices place="run" />
      {active === null && <BeforeStart />}
      <RunButtons />
    </>
  );
}

/** What it takes, or what is missing. */
function BeforeStart() {
  const check = useRecipe((state) => state.check);
  const loading = useFiles((state) => state.loading);
  const training = useRuns((state) => state.training);
  const troubled = useTroubledCards();
  const needed = useNeededFiles();
  if (training !== null) return <p className="hint">{training}. A run can start when it is over.</p>;
  if (loading !== null) return <p className="hint">{loading}…</p>;
  if (needed.length > 0) {
    return <p className="hint">Still needed: {needed.map(({ name }) => name).join(', ')}. Drop them on the page.</p>;
  }
  if (check === null) return <p className="hint">Two sources and their images are needed to start.</p>;
  if (troubled.length > 0) {
    return (
      <p className="run-cost">
        First settle{' '}
        {troubled.map(({ card, problems }) => (
          <button key={card} type="button" className="chip" onClick={() => openCards({ [card]: true })}>
            {problemsIn(plural(problems, 'problem'), card)}
          </button>
        ))}
      </p>
    );
  }
  if (check.cost === null) return null;
  const { steps, learnable, stepMacs, memory } = check.cost;
  if (steps === 0 && learnable === 0) return <p className="run-cost">Nothing is trained.</p>;
  const parts = [
    `sources ${bytes(memory.sources)}`,
    `learnable numbers and optimiser ${bytes(memory.learnable)}`,
    `at most ${bytes(memory.step)} more in a step`,
  ];
  return (
    <p className="run-cost" data-testid="run-cost">
      {plural(steps, 'step')} · {count(learnable)} learnable numbers ·{' '}
      <span title={parts.join(', ')}>{bytes(memory.sources + memory.learnable + memory.step)} of memory</span> ·{' '}
      {operations(stepMacs)} multiply-adds a step
      {steps > 0 && (
        <>
          {' '}
          · <StepTime cost={check.cost} />
        </>
      )}
    </p>
  );
}
