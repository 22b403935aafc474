import { Icon } from '../../components/Icon.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import type { KeptSession } from '../../stores/sessions.ts';
import { useSessions } from '../../stores/sessions.ts';
import { earlierSessions, forgetSession, goOnWith, keptLine } from '../../text/controls/page.ts';
import { momentText } from '../../text/moment.ts';
import { plural } from '../../text/numbers.ts';

/** Names of runs that are told one by one. */
const most = 2;

/** Offers to go on where an earlier visit ended: the last one, and behind it those before. */
export function GoOn() {
  const [last, ...before] = useSessions((state) => state.kept);
  if (!last) return null;
  return (
    <div className="go-on" data-testid="go-on">
      <Offer kept={last} />
      {before.length > 0 && (
        <details className="quiet-details">
          <summary>{earlierSessions(before.length)}</summary>
          {before.map((kept) => (
            <Offer key={kept.id} kept={kept} />
          ))}
        </details>
      )}
    </div>
  );
}

function Offer({ kept: { id, names, runs, saved } }: { kept: KeptSession }) {
  const loading = useFiles((state) => state.loading);
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  const goOn = async () => (await import('../../actions/sessions.ts')).goOn(id);
  const forget = async () => (await import('../../actions/sessions.ts')).forgetSession(id);
  const title = `${names.slice(0, most).join(', ')}${more}`;
  return (
    <div className="go-on-offer">
      <button type="button" className="demo" disabled={loading !== null} onClick={() => void goOn()}>
        <Icon name="redo" />
        <span>
          <strong>{goOnWith(title)}</strong>
          <small>
            {keptLine(momentText(new Date(saved), new Date()), runs === 0 ? 'no runs yet' : plural(runs, 'run'))}
          </small>
        </span>
      </button>
      <IconButton icon="close" label={forgetSession(title)} onClick={() => void forget()} />
    </div>
  );
}
