import type { Initialisation, MatrixKind, Objective, Scope } from '../../../engine/recipe.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { effective, hasRank } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { draftArchitecture, editFsMerge, useRecipe } from '../../stores/recipe.ts';
import {
  initialisationLines,
  kindLines,
  kindNames,
  objectiveLines,
  objectiveNames,
  scopeLines,
} from '../../text/describe.ts';
import { count } from '../../text/numbers.ts';
import { StartPicture } from './StartPicture.tsx';
import { TrainingFields } from './TrainingFields.tsx';

const kinds = (Object.keys(kindNames) as MatrixKind[]).map((value) => ({ value, label: kindNames[value] }));
const objectives = (Object.keys(objectiveNames) as Objective[]).map((value) => ({
  value,
  label: objectiveNames[value],
}));
const scopes = (Object.keys(scopeLines) as Scope[]).map((value) => ({ value, label: value }));
const starts = Object.keys(initialisationLines) as Initialisation[];

/** The options of FS-Merge that apply to these sources. */
export function FsMergeFields() {
  const draft = useRecipe((state) => state.draft);
  const cost = useRecipe((state) => state.check?.cost);
  const [first] = draft.sources;
  const info = useFiles((state) => (first ? state.sources[first.file] : undefined));
  const architecture = draftArchitecture(draft);
  const options = effective(draft.fsMerge, architecture);
  const colours = draft.sources.map((source) => source.colour);
  const possible = starts.filter((start) => options.kind !== 'low-rank' || start === 'random');
  const learnable = cost ? `${count(cost.learnable)} learnable numbers.` : '';
  const mostRank = (architecture === 'mlp' ? info?.hidden[0] : info?.width) ?? 64;
  return (
    <>
      <Choice
        label="How M and U start"
        look="pictures"
        options={possible.map((value) => ({ value, label: <StartPicture start={value} colours={colours} /> }))}
        value={options.initialisation}
        onChange={(initialisation) => editFsMerge({ initialisation })}
        hint={`${initialisationLines[options.initialisation]}${possible.length === 1 ? ' Without a diagonal there is no other start.' : ''}`}
      />
      <Choice
        label="Matrices"
        options={kinds}
        value={options.kind}
        onChange={(kind) => editFsMerge({ kind })}
        hint={`${kindLines[options.kind]} ${learnable}`}
      />
      {hasRank(options) && (
        <Field label="Rank" hint="Width of the thin matrices; a hidden layer of another width scales it.">
          {({ id, describedBy }) => (
            <>
              <input
                type="range"
                min={1}
                max={mostRank}
                value={Math.min(options.rank, mostRank)}
                aria-label="Rank slider"
                onChange={(event) => editFsMerge({ rank: Number(event.target.value) })}
              />
              <NumberInput
                id={id}
                describedBy={describedBy}
                value={options.rank}
                integer
                min={1}
                onChange={(rank) => editFsMerge({ rank })}
              />
            </>
          )}
        </Field>
      )}
      {architecture === 'mlp' && (
        <Choice
          label="Scope"
          options={scopes}
          value={options.scope}
          onChange={(scope) => editFsMerge({ scope })}
          hint={scopeLines[options.scope]}
        />
      )}
      {options.scope === 'global' && (
        <Choice
          label="Objective"
          options={objectives}
          value={options.objective}
          onChange={(objective) => editFsMerge({ objective })}
          hint={objectiveLines[options.objective]}
        />
      )}
      <TrainingFields options={options} norms={architecture === 'vit'} />
    </>
  );
}
