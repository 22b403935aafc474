import type { FsMergeOptions } from '../../../engine/recipe.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { possibleStarts } from '../../recipe/draft.ts';
import { editFsMerge } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { initialisationLines } from '../../text/describe.ts';
import { StartPicture } from './StartPicture.tsx';
import { WarmStartFields } from './WarmStartFields.tsx';

interface Props {
  options: FsMergeOptions;
  /** Colours of the sources. */
  colours: readonly number[];
}

/** How M and U start, in pictures; what a warm start starts from. */
export function StartFields({ options, colours }: Props) {
  const { kind, initialisation } = options;
  const only =
    kind === 'low-rank' ? ' Without a diagonal M and U can be no identity, so other starts are missing.' : '';
  return (
    <>
      <Choice
        label={methodControls.start.label}
        look="pictures"
        options={possibleStarts(options).map((value) => ({
          value,
          label: <StartPicture start={value} colours={colours} />,
        }))}
        value={initialisation}
        onChange={(next) => editFsMerge({ initialisation: next })}
        hint={`${initialisationLines[initialisation]}${only}`}
      />
      {initialisation === 'warm' && <WarmStartFields options={options} />}
    </>
  );
}
