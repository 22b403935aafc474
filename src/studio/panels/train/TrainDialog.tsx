import { useEffect, useRef } from 'react';
import { startWithImages } from '../../actions/own.ts';
import { IconButton } from '../../components/IconButton.tsx';
import { ScrollArea } from '../../components/ScrollArea.tsx';
import { useOwn } from '../../stores/own.ts';
import { useRuns } from '../../stores/runs.ts';
import { useUi } from '../../stores/ui.ts';
import '../../styles/panels/train.css';
import { dialogControls } from '../../text/controls/dialogs.ts';
import { Curves } from './Curves.tsx';
import { Footer } from './Footer.tsx';
import { ImagesChoice } from './ImagesChoice.tsx';
import { NetworkFields } from './NetworkFields.tsx';
import { PaceFields } from './PaceFields.tsx';
import { SizeFields } from './SizeFields.tsx';

const close = () => useUi.setState({ own: false });

/** Two networks of one's own: what they learn, how they are trained, and how far they are. Closing it does not end a training. */
export function TrainDialog() {
  const open = useUi((state) => state.own);
  const training = useRuns((state) => state.training !== null);
  const networks = useOwn((state) => state.draft.networks);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!open) return dialog.current?.close();
    startWithImages();
    dialog.current?.showModal();
  }, [open]);
  return (
    <dialog ref={dialog} className="train" aria-labelledby="train-title" data-testid="train-dialog" onClose={close}>
      <div className="train-head">
        <h2 id="train-title">Train two of your own</h2>
        <IconButton icon="close" label={dialogControls.close.label} onClick={close} />
      </div>
      <div className="train-body">
        <ScrollArea label="What is trained" className="train-choices">
          <fieldset disabled={training} aria-label="Choices">
            <p className="hint">
              Two networks of one shape learn classes of the same images from different seeds, here in this tab. Then
              they are sources, and can be merged.
            </p>
            <ImagesChoice />
            {networks.map((network, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a network is its index
              <NetworkFields key={index} network={network} index={index} />
            ))}
            <SizeFields />
            <PaceFields />
          </fieldset>
        </ScrollArea>
        <Curves />
      </div>
      <Footer onClose={close} />
    </dialog>
  );
}
