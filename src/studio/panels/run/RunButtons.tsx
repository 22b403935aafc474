import { startOrPause, stepRun, stopRun } from '../../actions/runs.ts';
import { Icon } from '../../components/Icon.tsx';
import { isReady, useRecipe } from '../../stores/recipe.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';

/** Start, pause, go on; step; stop. The first button is always the next thing to do. */
export function RunButtons() {
  const state = useRuns((all) => activeRun(all)?.state ?? null);
  const busy = useRuns((all) => all.comparing !== null || all.training !== null);
  const ready = useRecipe(isReady);
  const [label, icon] =
    state === null
      ? (['Start', 'play'] as const)
      : state === 'paused'
        ? (['Resume', 'play'] as const)
        : (['Pause', 'pause'] as const);
  const steers = state === 'running' || state === 'paused';
  return (
    <div className="run-buttons">
      <button
        type="button"
        className="button primary"
        aria-keyshortcuts="Space"
        disabled={state === null ? !ready || busy : !steers}
        onClick={() => void startOrPause()}
      >
        <Icon name={icon} /> {label}
      </button>
      <button
        type="button"
        className="button"
        aria-keyshortcuts="s"
        title="One training step, then pause"
        disabled={!steers}
        onClick={() => void stepRun()}
      >
        <Icon name="step" /> Step
      </button>
      <button
        type="button"
        className="button"
        title="End now and keep what is learned"
        disabled={state === null}
        onClick={() => void stopRun()}
      >
        <Icon name="stop" /> Stop
      </button>
    </div>
  );
}
