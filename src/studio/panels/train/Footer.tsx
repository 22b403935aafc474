import { useEffect, useRef } from 'react';
import { download } from '../../actions/download.ts';
import { cancelOwn, stopOwn, trainOwn } from '../../actions/own.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Icon } from '../../components/Icon.tsx';
import { shareDone, useOwn } from '../../stores/own.ts';
import { useRecipe } from '../../stores/recipe.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { downloadNetwork, networkName, ownControls, replaceSources } from '../../text/controls/dialogs.ts';
import { duration, plural } from '../../text/numbers.ts';
import { canTrain, sharedProblems } from './problems.ts';

/** What keeps the training from starting, how far it is, and the next thing to do. */
export function Footer({ onClose }: { onClose: () => void }) {
  const check = useOwn((state) => state.check);
  const error = useOwn((state) => state.error);
  const training = useRuns((state) => state.training !== null);
  const done = useOwn((state) => state.curves.length > 0 && state.curves.every(({ trained }) => trained !== null));
  const element = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: the keyboard goes on from here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buttons change with these
  useEffect(() => {
    if (!element.current?.closest('dialog')?.contains(document.activeElement)) element.current?.focus();
    if (document.activeElement?.tagName === 'DIALOG') element.current?.focus();
  }, [training, done]);
  return (
    <div ref={element} tabIndex={-1} className="train-footer">
      {error && <ErrorNote info={error} />}
      {!training && sharedProblems(check).map((info) => <ErrorNote key={info.message} info={info} />)}
      {training ? <UnderWay /> : <Begin again={done} />}
      {done && !training && <Done onClose={onClose} />}
    </div>
  );
}

function Begin({ again }: { again: boolean }) {
  const ready = useOwn((state) => canTrain(state.check));
  const replace = useOwn((state) => state.replace);
  const sources = useRecipe((state) => state.draft.sources.length);
  const busy = useRuns(isBusy);
  return (
    <div className="train-buttons">
      {busy && <p className="hint">A run is under way: stop it first, or let it finish.</p>}
      {sources > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={replace}
            onChange={(event) => useOwn.setState({ replace: event.target.checked })}
          />
          {replaceSources(plural(sources, 'source'), sources === 1)}
        </label>
      )}
      <button
        type="button"
        className={again ? 'button' : 'button primary'}
        disabled={!ready || busy}
        onClick={() => void trainOwn()}
      >
        <Icon name="play" /> {(again ? ownControls.trainAgain : ownControls.train).label}
      </button>
    </div>
  );
}

function UnderWay() {
  const curves = useOwn((state) => state.curves);
  const seconds = useOwn((state) => state.secondsLeft);
  return (
    <div className="train-buttons">
      <progress max={1} value={shareDone(curves)} aria-label="Progress of the training" />
      <span className="quiet">{duration(seconds)} left</span>
      <button type="button" className="button" title={tooltip(ownControls.cancel)} onClick={() => void cancelOwn()}>
        {ownControls.cancel.label}
      </button>
      <button type="button" className="button" title={tooltip(ownControls.stop)} onClick={() => void stopOwn()}>
        <Icon name="stop" /> {ownControls.stop.label}
      </button>
    </div>
  );
}

/** The networks are sources now; they can be saved, and merged. */
function Done({ onClose }: { onClose: () => void }) {
  const curves = useOwn((state) => state.curves);
  return (
    <div className="train-buttons" role="status">
      <p>Both are in Sources, with their images.</p>
      {curves.map(
        ({ name, trained }, index) =>
          trained && (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: a network is its index
              key={index}
              type="button"
              className="button"
              title={trained.name}
              aria-label={downloadNetwork(index + 1, name)}
              onClick={() => download(trained.name, trained.blob)}
            >
              <Icon name="download" /> {networkName(index + 1)}
            </button>
          ),
      )}
      <button type="button" className="button primary" onClick={onClose}>
        {ownControls.goOn.label}
      </button>
    </div>
  );
}
