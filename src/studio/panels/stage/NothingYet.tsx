import { startRun } from '../../actions/runs.ts';
import { Icon } from '../../components/Icon.tsx';
import { isReady, useRecipe } from '../../stores/recipe.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { welcomeControls } from '../../text/controls/page.ts';

/** An empty tab: what will be here, and the next thing to do. */
export function NothingYet({ what }: { what: string }) {
  const ready = useRecipe(isReady);
  const problems = useRecipe((state) => state.check?.problems.length ?? 0);
  const busy = useRuns(isBusy);
  return (
    <div className="nothing">
      <p>{what}</p>
      {ready && !busy && (
        <button type="button" className="button primary" onClick={() => void startRun()}>
          <Icon name="play" /> {welcomeControls.startRun.label}
        </button>
      )}
      {problems > 0 && <p className="hint">The cards tell what is missing before a run can start.</p>}
    </div>
  );
}
