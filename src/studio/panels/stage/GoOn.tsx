import type { KeptRun } from '../../../worker/protocol.ts';
import { Icon } from '../../components/Icon.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { useFiles } from '../../stores/files.ts';
import type { KeptSession } from '../../stores/sessions.ts';
import { brokenIn, useSessions } from '../../stores/sessions.ts';
import { earlierSessions, forgetSession, goOnWith, keptLine } from '../../text/controls/page.ts';
import { momentText } from '../../text/moment.ts';
import { count, plural } from '../../text/numbers.ts';

/** Names of runs that are told one by one. */
const most = 2;

/** Offers to go on where an earlier visit ended: the last one, and behind it those before. */
export function GoOn() {
  const kept = useSessions((state) => state.kept);
  const broken = useSessions((state) => state.brokenRuns);
  const alone = broken.filter((run) => !kept.some((session) => brokenIn(session, [run]).length > 0));
  const [last, ...before] = kept;
  if (!last && alone.length === 0) return null;
  return (
    <div className="go-on" data-testid="go-on">
      {alone.map((run) => (
        <BrokenOffer key={run.id} run={run} />
      ))}
      {last && <SessionOffer kept={last} />}
      {before.length > 0 && (
        <details className="quiet-details" open={before.some((one) => brokenIn(one, broken).length > 0)}>
          <summary>{earlierSessions(before.length)}</summary>
          {before.map((one) => (
            <SessionOffer key={one.id} kept={one} />
          ))}
        </details>
      )}
    </div>
  );
}

function SessionOffer({ kept }: { kept: KeptSession }) {
  const { id, names, runs, saved } = kept;
  const all = useSessions((state) => state.brokenRuns);
  const broken = brokenIn(kept, all);
  const more = names.length > most ? ` and ${names.length - most} more` : '';
  const line = keptLine(momentText(new Date(saved), new Date()), runs === 0 ? 'no runs yet' : plural(runs, 'run'));
  const [first] = broken;
  return (
    <Offer
      title={`${names.slice(0, most).join(', ')}${more}`}
      line={first ? brokenLine(first) : line}
      onGo={async () => (await import('../../actions/sessions.ts')).goOn(id, broken)}
      onForget={async () => (await import('../../actions/sessions.ts')).forgetSession(id, broken)}
    />
  );
}

/** A run that no session has the curves of. */
function BrokenOffer({ run }: { run: KeptRun }) {
  return (
    <Offer
      title={run.recipe.name}
      line={brokenLine(run)}
      onGo={async () => (await import('../../actions/sessions.ts')).goOnWithRuns([run])}
      onForget={async () => (await import('../../actions/sessions.ts')).forgetRuns([run])}
    />
  );
}

interface OfferProps {
  title: string;
  line: string;
  onGo: () => Promise<void>;
  onForget: () => Promise<void>;
}

function Offer({ title, line, onGo, onForget }: OfferProps) {
  const loading = useFiles((state) => state.loading);
  return (
    <div className="go-on-offer">
      <button type="button" className="demo" disabled={loading !== null} onClick={() => void onGo()}>
        <Icon name="redo" />
        <span>
          <strong>{goOnWith(title)}</strong>
          <small>{line}</small>
        </span>
      </button>
      <IconButton icon="close" label={forgetSession(title)} onClick={() => void onForget()} />
    </div>
  );
}

const brokenLine = ({ recipe, started, step, steps, copied }: KeptRun): string => {
  const files = copied ? '' : ', once you give it its files again';
  return `${recipe.name} of ${momentText(new Date(started), new Date())} was broken off at step ${count(step)} of ${count(steps)} and goes on from there${files}`;
};
