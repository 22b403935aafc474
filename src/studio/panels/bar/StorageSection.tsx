import { useEffect, useState } from 'react';
import type { Storage } from '../../storage/storage.ts';
import { clearStorage, lookAtStorage } from '../../storage/storage.ts';
import '../../styles/panels/storage.css';
import { tooltip } from '../../text/controls/control.ts';
import { dialogControls } from '../../text/controls/dialogs.ts';
import { bytes } from '../../text/numbers.ts';

/** What the studio keeps in this browser, what that takes, and a button that clears it. */
export function StorageSection() {
  const [storage, setStorage] = useState<Storage | null>(null);
  const [cleared, setCleared] = useState(false);
  useEffect(() => {
    let gone = false;
    void lookAtStorage().then((found) => gone || setStorage(found));
    return () => {
      gone = true;
    };
  }, []);
  const clear = async () => {
    await clearStorage();
    setStorage(await lookAtStorage());
    setCleared(true);
  };
  if (!storage) return null;
  const { kept, lacking, estimate } = storage;
  return (
    <div className="storage" data-testid="storage">
      {kept.length > 0 && (
        <dl>
          {kept.map(({ what, note, bytes: size }) => (
            <div key={what}>
              <dt>
                {what} <small>{note}</small>
              </dt>
              <dd>{bytes(size)}</dd>
            </div>
          ))}
        </dl>
      )}
      {lacking.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {estimate && (
        <p className="hint">
          The browser counts {bytes(estimate.used)} for all pages of this address, and allows {bytes(estimate.allowed)}.
        </p>
      )}
      {kept.length > 0 && (
        <>
          <button
            type="button"
            className="button"
            title={tooltip(dialogControls.clearStorage)}
            onClick={() => void clear()}
          >
            {dialogControls.clearStorage.label}
          </button>
          <p className="hint">
            Forgets {listed(kept.map(({ what }) => what))} for good. What is on this page and in your files stays; what
            other tabs have open stays there.
          </p>
        </>
      )}
      <p role="status">{cleared && kept.length === 0 && 'The studio keeps nothing in this browser now.'}</p>
    </div>
  );
}

/** "3 sessions", "A copy of the studio" → "3 sessions and a copy of the studio". */
function listed(whats: readonly string[]): string {
  const lower = whats.map((what) => what.charAt(0).toLowerCase() + what.slice(1));
  return [lower.slice(0, -1).join(', '), ...lower.slice(-1)].filter(Boolean).join(' and ');
}
