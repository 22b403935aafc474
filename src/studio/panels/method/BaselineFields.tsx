import type { MethodName } from '../../../engine/recipe.ts';
import { chooseBase } from '../../actions/files.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import type { BaselineName, BaselineOptions } from '../../recipe/draft.ts';
import { useFiles } from '../../stores/files.ts';
import { draftArchitecture, editBaseline, useRecipe } from '../../stores/recipe.ts';
import { baselineControls, methodControls } from '../../text/controls/recipe.ts';
import { initialisationLines, objectiveLines, objectiveNames } from '../../text/describe.ts';
import { ActivationsChoice } from './ActivationsChoice.tsx';
import { TrainingFields } from './TrainingFields.tsx';

interface NumberRow<Name extends BaselineName> {
  option: Exclude<keyof BaselineOptions[Name], 'name' | 'base'>;
  range: { min: number; max?: number; above?: boolean; integer?: boolean };
}

/** The numbers of each method, with what they do. */
const numbers: { [Name in BaselineName]?: readonly NumberRow<Name>[] } = {
  slerp: [{ option: 't', range: { min: 0, max: 1 } }],
  'task-arithmetic': [{ option: 'scale', range: { min: 0, above: true } }],
  ties: [
    { option: 'density', range: { min: 0, above: true, max: 1 } },
    { option: 'scale', range: { min: 0, above: true } },
  ],
  dare: [
    { option: 'drop', range: { min: 0, max: 0.999 } },
    { option: 'scale', range: { min: 0, above: true } },
  ],
  regmean: [{ option: 'offDiagonal', range: { min: 0, max: 1 } }],
  'git-re-basin': [{ option: 'sweeps', range: { min: 1, integer: true } }],
  'ot-fusion': [{ option: 'regularisation', range: { min: 0, above: true } }],
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
      {rows.map(({ option, range }) => (
        <Field key={option} {...baselineControls[option]}>
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
    <Field {...methodControls.base} wide>
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
        label={methodControls.distilledStart.label}
        options={(['first', 'average'] as const).map((value) => ({ value, label: value }))}
        value={options.initialisation}
        onChange={(initialisation) => editBaseline('distillation', { initialisation })}
        hint={initialisationLines[options.initialisation]}
      />
      <Choice
        label={methodControls.objective.label}
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
