import type { FsMergeOptions, MatrixKind } from '../../../engine/recipe.ts';
import type { SourceInfo } from '../../../worker/protocol.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { hasRank } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { editFsMerge, useRecipe } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { kindLines, kindNames } from '../../text/describe.ts';
import { count } from '../../text/numbers.ts';

interface Props {
  options: FsMergeOptions;
  architecture: SourceInfo['architecture'] | null;
}

/** Kind of M and U, and the rank where there is one. */
export function MatrixFields({ options, architecture }: Props) {
  const learnable = useRecipe((state) => state.check?.cost?.learnable);
  const first = useRecipe((state) => state.draft.sources[0]?.file ?? '');
  const info = useFiles((state) => state.sources[first]);
  const kinds = (Object.keys(kindNames) as MatrixKind[]).filter(
    (kind) => kind !== 'attention-heads' || architecture !== 'mlp',
  );
  const { merged, rank } = options;
  const mostRank = merged.width ?? merged.widths?.[0] ?? (architecture === 'mlp' ? info?.hidden[0] : info?.width) ?? 64;
  return (
    <>
      <Choice
        label={methodControls.kind.label}
        options={kinds.map((value) => ({ value, label: kindNames[value] }))}
        value={options.kind}
        onChange={(kind) => editFsMerge({ kind })}
        hint={`${kindLines[options.kind]} ${learnable === undefined ? '' : `${count(learnable)} learnable numbers.`}`}
      />
      {hasRank(options) && (
        <Field {...methodControls.rank}>
          {({ id, describedBy }) => (
            <>
              <input
                type="range"
                min={1}
                max={mostRank}
                value={Math.min(rank, mostRank)}
                aria-label={methodControls.rankSlider.label}
                onChange={(event) => editFsMerge({ rank: Number(event.target.value) })}
              />
              <NumberInput
                id={id}
                describedBy={describedBy}
                value={rank}
                integer
                min={1}
                onChange={(next) => editFsMerge({ rank: next })}
              />
            </>
          )}
        </Field>
      )}
    </>
  );
}
