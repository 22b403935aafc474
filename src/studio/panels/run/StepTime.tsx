import { useEffect } from 'react';
import type { RecipeCheck } from '../../../worker/protocol.ts';
import { measureStep } from '../../actions/measure.ts';
import { useFiles } from '../../stores/files.ts';
import { isReady, useRecipe } from '../../stores/recipe.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { measuredByItself, stepKey, useStepTime } from '../../stores/step-time.ts';
import { useUi } from '../../stores/ui.ts';
import { tooltip } from '../../text/controls/control.ts';
import { runControls } from '../../text/controls/page.ts';
import { duration, stepDuration } from '../../text/numbers.ts';

/** Time without a change of the recipe before a step is measured, in milliseconds. */
const patience = 700;

/** How long the training will take, from a step that was taken here; small ones are measured by themselves. */
export function StepTime({ cost }: { cost: NonNullable<RecipeCheck['cost']> }) {
  const backend = useUi((state) => state.backend);
  const key = backend && stepKey(cost, backend);
  const seconds = useStepTime((state) => (key === null ? undefined : state.seconds[key]));
  const measuring = useStepTime((state) => state.measuring);
  const free = !useRuns(isBusy);
  const settled = useRecipe((state) => isReady(state) && !state.checking);
  const reading = useFiles((state) => state.loading !== null);
  const automatic = backend !== null && measuredByItself(cost, backend);
  const due = automatic && free && settled && !reading && seconds === undefined && measuring === null;
  useEffect(() => {
    if (!due || key === null) return;
    const timer = setTimeout(() => void measureStep(), patience);
    return () => clearTimeout(timer);
  }, [due, key]);
  if (Number.isNaN(seconds)) return <span>a step could not be measured</span>;
  if (seconds !== undefined) {
    return (
      <span data-testid="run-time">
        about {duration(seconds * cost.steps)} of training ({stepDuration(seconds)} a step, measured)
      </span>
    );
  }
  if (measuring !== null) return <span>measuring a step…</span>;
  if (automatic) return <span>a step will be measured</span>;
  return (
    <button
      type="button"
      className="link"
      title={tooltip(runControls.measure)}
      disabled={!free || !settled}
      onClick={() => void measureStep()}
    >
      {runControls.measure.label}
    </button>
  );
}
