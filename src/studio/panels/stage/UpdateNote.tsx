import { takeOver } from '../../actions/offline.ts';
import { useIsFresh } from '../../stores/fresh.ts';
import { useOffline } from '../../stores/offline.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { welcomeControls } from '../../text/controls/page.ts';

/** Says that a new version waits, and loads it; never in the middle of a run. */
export function UpdateNote() {
  const update = useOffline((state) => state.update);
  const busy = useRuns(isBusy);
  const fresh = useIsFresh();
  return (
    <div className="update-note" role="status" data-testid="update-note">
      {update !== 'none' && (
        <>
          <p>
            A new version of the studio is ready.{' '}
            {update === 'tabs' && 'Another tab of the studio still uses the old one: close it first. '}
            {busy && 'It can be loaded when the run is over. '}
            {!fresh && !busy && 'Loading it forgets what is not saved.'}
          </p>
          <button
            type="button"
            className="button"
            title={tooltip(welcomeControls.loadUpdate)}
            disabled={busy}
            onClick={() => void takeOver()}
          >
            {welcomeControls.loadUpdate.label}
          </button>
        </>
      )}
    </div>
  );
}
