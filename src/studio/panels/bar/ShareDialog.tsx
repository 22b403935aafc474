import { useEffect, useRef } from 'react';
import { IconButton } from '../../components/IconButton.tsx';
import { dialogControls } from '../../text/controls/dialogs.ts';

interface Props {
  link: string;
  onClose: () => void;
}

/** The link to be copied by hand, where a browser keeps its clipboard to itself. */
export function ShareDialog({ link, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    text.current?.select();
  }, []);
  return (
    <dialog ref={dialog} className="help share" aria-labelledby="share-title" onClose={onClose}>
      <div className="help-head">
        <h2 id="share-title">Link to this recipe</h2>
        <IconButton icon="close" label={dialogControls.close.label} onClick={() => dialog.current?.close()} />
      </div>
      <p>The browser did not let it be copied: take it from here. It names the files, it does not hold them.</p>
      <textarea
        ref={text}
        readOnly
        rows={6}
        aria-label={dialogControls.link.label}
        value={link}
        onFocus={(event) => event.target.select()}
      />
    </dialog>
  );
}
