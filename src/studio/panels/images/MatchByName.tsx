import { useState } from 'react';
import type { ImagesInfo, SourceInfo } from '../../../worker/protocol.ts';
import { haveNames, matchLabels } from '../../actions/match-labels.ts';
import type { DraftSource } from '../../recipe/draft.ts';
import { tooltip } from '../../text/controls/control.ts';
import { imageControls } from '../../text/controls/recipe.ts';
import { firstNames } from '../../text/describe.ts';

interface Props {
  source: DraftSource;
  info: SourceInfo;
  file: ImagesInfo;
}

/** Finds the labels by the names of the classes, where both sides have names; says which it does not find. */
export function MatchByName({ source, info, file }: Props) {
  const [missing, setMissing] = useState<string[]>([]);
  if (!haveNames(info, file)) return null;
  return (
    <>
      <button
        type="button"
        className="chip"
        title={tooltip(imageControls.matchByName)}
        onClick={() => void matchLabels(source).then(setMissing)}
      >
        {imageControls.matchByName.label}
      </button>
      {missing.length > 0 && (
        <p className="hint unmatched" role="status">
          No label is called {firstNames(missing, 4)}: the labels stay as they are.
        </p>
      )}
    </>
  );
}
