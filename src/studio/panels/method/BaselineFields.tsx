import type { MethodName } from '../../../engine/recipe.ts';
import { chooseBase } from '../../actions/files.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import type { BaselineName, BaselineOptions } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { draftArchitecture, editBaseline, useRecipe } from '../../stores/recipe.ts';
import { initialisationLines, objectiveLines, objectiveNames } from '../../text/describe.ts';
import { ActivationsChoice } from './ActivationsChoice.tsx';
import { TrainingFields } from './TrainingFields.tsx';

interface NumberRow<Name extends BaselineName> {
  option: Exclude<keyof BaselineOptions[Name], 'name' | 'base'>;
  label: string;
  hint: string;
  range: { min: number; max?: number; above?: boolean; integer?: boolean };
}

/** The numbers of each method, with what they do. */
const numbers: { [Name in BaselineName]?: readonly NumberRow<Name>[] } = {
  slerp: [{ option: 't', label: 'Place', hint: '0: source 1, 1: source 2.', range: { min: 0, max: 1 } }],
  'task-arithmetic': [
    { option: 'scale', label: 'Scale', hint: 'Factor of the summed task vectors.', range: { min: 0, above: true } },
  ],
  ties: [
    {
      option: 'density',
      label: 'Density',
      hint: 'Share of the entries that are kept.',
      range: { min: 0, above: true, max: 1 },
    },
    { option: 'scale', label: 'Scale', hint: 'Factor of the merged task vector.', range: { min: 0, above: true } },
  ],
  dare: [
    {
      option: 'drop',
      label: 'Drop',
      hint: 'Share of the entries that are dropped, below 1.',
      range: { min: 0, max: 0.999 },
    },
    { option: 'scale', label: 'Scale', hint: 'Factor of the summed task vectors.', range: { min: 0, above: true } },
  ],
  regmean: [
    {
      option: 'offDiagonal',
      label: 'Off-diagonals',
      hint: 'Factor of the Gram matrices beside the diagonal, 0 to 1.',
      range: { min: 0, max: 1 },
    },
  ],
  'git-re-basin': [
    { option: 'sweeps', label: 'Sweeps', hint: 'Rounds over all layers at most.', range: { min: 1, integer: true } },
  ],
  'ot-fusion': [
    {
      option: 'regularisation',
      label: 'Regularisation',
      hint: 'Entropy of the transport; smaller is nearer to a permutation.',
      range: { min: 0, above: true },
    },
  ],
};

/** Options of a method other than FS-Merge. */
export function BaselineFields({ method }: { method: BaselineName }) {
  const options = useRecipe((state) => state.draft.baselines[method]);
  if (options.name === 'distillation') return <DistillationFields />;
  const rows = (numbers[method] ?? []) as readonly NumberRow<'slerp'>[];
  const values = options as unknown as Record<string, number>;
  return (
    <>
      {'base' in options && <BaseField method={method} base={options.base} />}
      {rows.map(({ option, label, hint, range }) => (
        <Field key={option} label={label} hint={hint}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={values[option] ?? null}
              onChange={(value) => editBaseline(method, { [option]: value })}
              {...range}
            />
          )}
        </Field>
      ))}
    </>
  );
}

/** The checkpoint that the sources were fine-tuned from; choosing a source takes it out of the sources. */
function BaseField({ method, base }: { method: MethodName; base: string }) {
  const files = useFiles((state) => state.sources);
  return (
    <Field label="Base" wide hint="The checkpoint that all sources were fine-tuned from; it is no source itself.">
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={base in files ? base : ''}
          onChange={({ target }) => chooseBase(method as BaselineName, target.value)}
        >
          <option value="">choose</option>
          {Object.keys(files).map((file) => (
            <option key={file}>{file}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

function DistillationFields() {
  const draft = useRecipe((state) => state.draft);
  const options = draft.baselines.distillation;
  const architecture = draftArchitecture(draft);
  const edit = (change: Partial<typeof options>) => editBaseline('distillation', change);
  return (
    <>
      <Choice
        label="Start"
        options={(['first', 'average'] as const).map((value) => ({ value, label: value }))}
        value={options.initialisation}
        onChange={(initialisation) => editBaseline('distillation', { initialisation })}
        hint={initialisationLines[options.initialisation]}
      />
      <Choice
        label="Objective"
        options={(['own', 'all'] as const).map((value) => ({ value, label: objectiveNames[value] }))}
        value={options.objective}
        onChange={(objective) => editBaseline('distillation', { objective })}
        hint={objectiveLines[options.objective]}
      />
      <TrainingFields options={options} edit={edit}>
        {architecture === 'vit' && <ActivationsChoice checkpointing={options.checkpointing} edit={edit} />}
      </TrainingFields>
    </>
  );
}
