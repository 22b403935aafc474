import { Icon } from '../../components/Icon.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import { useSessions } from '../../stores/sessions.ts';
import { goOnWith, keptLine, welcomeControls } from '../../text/controls/page.ts';
import { momentText } from '../../text/moment.ts';
import { plural } from '../../text/numbers.ts';

/** Names of runs that are told one by one. */
const most = 2;

/** Offers to go on where the last visit ended. */
export function GoOn() {
  const kept = useSessions((state) => state.kept);
  const loading = useFiles((state) => state.loading);
  if (!kept) return null;
  const { names, runs, saved } = kept;
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  const goOn = async () => (await import('../../actions/sessions.ts')).goOn();
  const forget = async () => (await import('../../actions/sessions.ts')).forgetLast();
  return (
    <div className="go-on" data-testid="go-on">
      <button type="button" className="demo" disabled={loading !== null} onClick={() => void goOn()}>
        <Icon name="redo" />
        <span>
          <strong>{goOnWith(`${names.slice(0, most).join(', ')}${more}`)}</strong>
          <small>
            {keptLine(momentText(new Date(saved), new Date()), runs === 0 ? 'no runs yet' : plural(runs, 'run'))}
          </small>
        </span>
      </button>
      <IconButton icon="close" label={welcomeControls.forget.label} onClick={() => void forget()} />
    </div>
  );
}
