import { useEffect, useRef } from 'react';
import { shortcuts } from '../../actions/shortcuts.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { useUi } from '../../stores/ui.ts';

const close = () => useUi.setState({ help: false });

/** What the studio does, and every key. */
export function HelpDialog() {
  const open = useUi((state) => state.help);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="help" aria-labelledby="help-title" onClose={close}>
      <div className="help-head">
        <h2 id="help-title">Help</h2>
        <IconButton icon="close" label="Close" onClick={close} />
      </div>
      <p>
        Drop two or more checkpoints of the same shape, and images of what each of them knows. FS-Merge puts matrices M
        and U between their layers and trains them until one network gives the features of all; then M and U fold into
        the weights, and a plain network is left that you can export.
      </p>
      <p>Everything happens in this tab: no file leaves it.</p>
      <h3>Keys</h3>
      <dl className="keys">
        {shortcuts.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === ' ' ? 'space' : key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">Keys wait while you type in a field.</p>
    </dialog>
  );
}
