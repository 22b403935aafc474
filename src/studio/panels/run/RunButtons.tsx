import { startOrPause, stepRun, stopRun } from '../../actions/runs.ts';
import { Icon } from '../../components/Icon.tsx';
import { isReady, useRecipe } from '../../stores/recipe.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { runControls } from '../../text/controls/page.ts';

/** Start, pause, go on; step; stop. The first button is always the next thing to do. */
export function RunButtons() {
  const state = useRuns((all) => activeRun(all)?.state ?? null);
  const busy = useRuns((all) => all.comparing !== null || all.training !== null);
  const ready = useRecipe(isReady);
  const [{ label }, icon] =
    state === null
      ? ([runControls.start, 'play'] as const)
      : state === 'paused'
        ? ([runControls.resume, 'play'] as const)
        : ([runControls.pause, 'pause'] as const);
  const steers = state === 'running' || state === 'paused';
  return (
    <div className="run-buttons">
      <button
        type="button"
        className="button primary"
        aria-keyshortcuts={ariaKeys(runControls.start)}
        title={tooltip(runControls.start)}
        disabled={state === null ? !ready || busy : !steers}
        onClick={() => void startOrPause()}
      >
        <Icon name={icon} /> {label}
      </button>
      <button
        type="button"
        className="button"
        aria-keyshortcuts={ariaKeys(runControls.step)}
        title={tooltip(runControls.step)}
        disabled={!steers}
        onClick={() => void stepRun()}
      >
        <Icon name="step" /> {runControls.step.label}
      </button>
      <button
        type="button"
        className="button"
        title={tooltip(runControls.stop)}
        disabled={state === null}
        onClick={() => void stopRun()}
      >
        <Icon name="stop" /> {runControls.stop.label}
      </button>
    </div>
  );
}
