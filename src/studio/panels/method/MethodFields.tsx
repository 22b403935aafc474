import type { MethodName } from '../../../engine/recipe.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { editDraft, useRecipe } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { methodGroups, methodLines, methodNames } from '../../text/describe.ts';
import { useProblems } from '../use-problems.ts';
import { BaselineFields } from './BaselineFields.tsx';
import { FsMergeFields } from './FsMergeFields.tsx';

/** The method, its options, what is wrong with them, the seed. */
export function MethodFields() {
  const draft = useRecipe((state) => state.draft);
  const problems = useProblems('method');
  return (
    <>
      <Field label={methodControls.method.label} hint={methodLines[draft.method]}>
        {({ id, describedBy }) => (
          <select
            id={id}
            aria-describedby={describedBy}
            value={draft.method}
            onChange={({ target }) => editDraft(() => ({ method: target.value as MethodName }))}
          >
            {methodGroups.map(({ label, methods }) => (
              <optgroup key={label} label={label}>
                {methods.map((method) => (
                  <option key={method} value={method}>
                    {methodNames[method]}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        )}
      </Field>
      {draft.method === 'fs-merge' ? <FsMergeFields /> : <BaselineFields method={draft.method} />}
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <Field {...methodControls.seed}>
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={draft.seed}
            integer
            min={0}
            onChange={(seed) => editDraft(() => ({ seed }))}
          />
        )}
      </Field>
    </>
  );
}
