import { useRuns } from '../../stores/runs.ts';
import { useSessions } from '../../stores/sessions.ts';
import { tooltip } from '../../text/controls/control.ts';
import { welcomeControls } from '../../text/controls/page.ts';

const reasons = {
  full: 'The browser has no room left for this session: clear what the studio keeps (in Help), or free some of the disk.',
  refused: 'This browser keeps no sessions for the studio, as in some private windows.',
};

/** Says that what was measured goes with this tab, while there is something to lose. */
export function UnkeptNote() {
  const unkept = useSessions((state) => state.unkept);
  const measured = useRuns((state) => state.runs.some(({ origin }) => origin !== 'file'));
  const save = async () => (await import('../../actions/sessions.ts')).saveSession();
  return (
    <div className="update-note" role="status" data-testid="unkept-note">
      {unkept && measured && (
        <>
          <p>{reasons[unkept]} What was measured here goes when this tab is closed, unless you save it as a file.</p>
          <button
            type="button"
            className="button"
            title={tooltip(welcomeControls.saveUnkept)}
            onClick={() => void save()}
          >
            {welcomeControls.saveUnkept.label}
          </button>
        </>
      )}
    </div>
  );
}
