import type { Run } from '../../runs/run.ts';
import { isActive, isOver, latestLosses, latestScore, stepsDone, trains } from '../../runs/run.ts';
import { stateNames } from '../../text/describe.ts';
import { closingText } from '../../text/keeping.ts';
import { count, duration, pace, percent, significant } from '../../text/numbers.ts';

/** How far a run is, and what came of it. */
export function RunProgress({ run }: { run: Run }) {
  const done = stepsDone(run);
  const closing = isActive(run) ? closingText(run) : null;
  return (
    <div className="run-progress" data-testid="run-progress">
      <p className="run-line">
        <span className="state" data-state={run.state} data-testid="run-state">
          {stateNames[run.state]}
        </span>
        {trains(run) && run.steps > 0 && (
          <span data-testid="run-step">
            step {count(done)} of {count(run.steps)}
          </span>
        )}
      </p>
      {trains(run) && (
        <progress
          max={Math.max(1, run.steps)}
          value={run.steps > 0 ? done : isOver(run) ? 1 : undefined}
          aria-label="Progress of the run"
        />
      )}
      <p className="run-line quiet">
        <span>{status(run)}</span>
        {trains(run) && run.points.length > 0 && (
          <span>
            loss{' '}
            <span data-testid="run-loss">
              {latestLosses(run)
                .map((loss) => significant(loss))
                .join(' · ')}
            </span>
          </span>
        )}
      </p>
      {run.notes.map((note) => (
        <p key={note} className="run-note" data-testid="run-note">
          {note}
        </p>
      ))}
      {closing !== null && (
        <p className="run-note" data-testid="run-kept">
          {closing}
        </p>
      )}
    </div>
  );
}

function status(run: Run): string {
  const { state, result, note } = run;
  const score = latestScore(run);
  if (result && score) return `${percent(score.joint)} joint in ${duration(result.seconds)}`;
  if (state === 'preparing') return `${note}…`;
  if (state === 'running') return `${pace(run.stepsPerSecond)} · ${duration(run.secondsLeft)} left`;
  return state === 'paused' ? `${duration(run.secondsLeft)} left` : '';
}
