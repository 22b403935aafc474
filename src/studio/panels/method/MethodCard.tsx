import type { MethodName } from '../../../engine/recipe.ts';
import { Card } from '../../components/Card.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { currentRecipe, editDraft, useRecipe } from '../../stores/recipe.ts';
import { describeMethod, methodLines, methodNames } from '../../text/describe.ts';
import { useProblems } from '../use-problems.ts';
import { FsMergeFields } from './FsMergeFields.tsx';

const methods = (Object.keys(methodNames) as MethodName[]).map((value) => ({ value, label: methodNames[value] }));

/** Card 3: how the sources are merged. */
export function MethodCard() {
  const draft = useRecipe((state) => state.draft);
  const problems = useProblems('method');
  return (
    <Card
      id="method"
      number={3}
      title="Method"
      line={describeMethod(currentRecipe().method)}
      problems={problems.length}
    >
      <Choice
        label="Method"
        options={methods}
        value={draft.method}
        onChange={(method) => editDraft(() => ({ method }))}
        hint={methodLines[draft.method]}
      />
      {draft.method === 'fs-merge' && <FsMergeFields />}
      {problems.map((info) => (
        <ErrorNote key={info.message} info={info} />
      ))}
      <Field
        label="Seed"
        hint="Draws the training images and the order of the batches; the same seed gives the same run."
      >
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
    </Card>
  );
}
