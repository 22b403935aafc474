import { takeRecipe } from '../../actions/runs.ts';
import type { Run } from '../../runs/run.ts';
import { welcomeControls } from '../../text/controls/page.ts';

interface Props {
  run: Run;
  /** What is not here: "M and U". */
  what: string;
}

/** Says of a run of which only what it measured is here what is not, and how to get it. */
export function RestoredNote({ run, what }: Props) {
  return (
    <div className="nothing" data-testid="restored-note">
      <p>
        {run.bereft
          ? `The worker that had ${what} of ${run.name} has ended; what was measured is here.`
          : `${run.name} came with a saved session, which keeps what was measured and not ${what}.`}{' '}
        The same recipe with the same files gives the same result: run it again.
      </p>
      <button type="button" className="button" onClick={() => takeRecipe(run.id)}>
        {welcomeControls.takeRecipe.label}
      </button>
    </div>
  );
}
