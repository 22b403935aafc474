import { useEffect, useRef } from 'react';
import { openLesson } from '../../actions/lesson.ts';
import { shortcuts } from '../../actions/shortcuts.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { lessonTitles } from '../../lessons/titles.ts';
import { useOffline } from '../../stores/offline.ts';
import { useUi } from '../../stores/ui.ts';
import { keyName } from '../../text/controls/control.ts';
import { dialogControls, lessonControls } from '../../text/controls/dialogs.ts';
import { StorageSection } from './StorageSection.tsx';

/** Whether the studio works without network. */
const offlineLines = {
  no: 'Without network the studio cannot be opened here: this browser, or this address, does not let it be kept.',
  keeping: 'The studio and its demos are being kept on this computer, so that they also work without network.',
  kept: 'The studio and its demos are kept on this computer: they also work without network. A browser that can will offer to install it.',
  cleared: 'The copy for work without network is gone; the next visit with network keeps it again.',
};

/** Keys that do the same, as those that fold the cards, share a line without the name of any. */
const helpLines = [...new Set(shortcuts.map(({ control }) => control.hint))].map((hint) => {
  const alike = shortcuts.flatMap(({ control }) => (control.hint === hint ? [control] : []));
  return { name: alike.length > 1 ? null : alike[0]?.label, hint, keys: alike.flatMap(({ keys = [] }) => keys) };
});

const lessonLines = [lessonControls.next, lessonControls.back, lessonControls.leave].map(({ hint, keys }) => ({
  name: 'In a lesson',
  hint,
  keys,
}));

const close = () => useUi.setState({ help: false });

/** What the studio does, and every key. */
export function HelpDialog() {
  const open = useUi((state) => state.help);
  const kept = useOffline((state) => state.kept);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={close}>
      <div className="help-head">
        <h2 id="help-title">Help</h2>
        <IconButton icon="close" label={dialogControls.close.label} onClick={close} />
      </div>
      <p>
        Drop two or more checkpoints of the same shape, and images of what each of them knows. FS-Merge puts matrices M
        and U between their layers and trains them until one network gives the features of all; then M and U fold into
        the weights, and a plain network is left that you can export.
      </p>
      <p>Everything happens in this tab: no file leaves it.</p>
      <p data-testid="offline">{offlineLines[kept]}</p>
      <h3>Lessons</h3>
      <p>Each takes less than three minutes and is done on this page, with networks of its own.</p>
      <ul className="lesson-list">
        {lessonTitles.map(({ id, title }) => (
          <li key={id}>
            <button type="button" className="link" onClick={() => openLesson(id)}>
              {title}
            </button>
          </li>
        ))}
      </ul>
      <h3>Kept in this browser</h3>
      {open && <StorageSection />}
      <h3>Keys</h3>
      <dl className="keys">
        {[...helpLines, ...lessonLines].map(({ name, hint, keys }) => (
          <div key={keys.join()}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dt>
            <dd>
              {name && <strong>{name}</strong>} {hint}
            </dd>
          </div>
        ))}
      </dl>
      <p className="hint">Keys wait while you type in a field. On a Mac ⌘ does what Ctrl does.</p>
    </dialog>
  );
}
