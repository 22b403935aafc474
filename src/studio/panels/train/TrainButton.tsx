import { useRuns } from '../../stores/runs.ts';
import { useUi } from '../../stores/ui.ts';
import { sourceControls } from '../../text/controls/recipe.ts';

/** Opens the training of two networks; while it goes on, tells how far it is. */
export function TrainButton() {
  const training = useRuns((state) => state.training);
  return (
    <button
      type="button"
      className="button quiet wide"
      aria-haspopup="dialog"
      data-testid="train-own"
      onClick={() => useUi.setState({ own: true })}
    >
      {training ?? sourceControls.trainOwn.label}
    </button>
  );
}
