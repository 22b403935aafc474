import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import type { OwnPace } from '../../recipe/own-draft.ts';
import { editOwn, useOwn } from '../../stores/own.ts';
import { ownControls } from '../../text/controls/dialogs.ts';
import type { NumberRange } from '../../text/number-range.ts';
import { plain } from '../../text/numbers.ts';

const rows: readonly { option: keyof OwnPace; range: NumberRange }[] = [
  { option: 'epochs', range: { min: 1, max: 1000, integer: true } },
  { option: 'batchSize', range: { min: 1, max: 1024, integer: true } },
  { option: 'learningRate', range: { min: 0, max: 1, above: true } },
];

/** How both networks are trained, folded away with the numbers in the summary. */
export function PaceFields() {
  const { kind, pace, heldOut } = useOwn((state) => state.draft);
  const own = pace[kind];
  return (
    <details className="quiet-details more-fields" data-testid="own-pace">
      <summary>
        Training: {own.epochs} epochs · batch {own.batchSize} · rate {plain(own.learningRate)}
      </summary>
      {rows.map(({ option, range }) => (
        <Field key={option} {...ownControls[option]}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={own[option]}
              onChange={(value) => editOwn({ pace: { ...pace, [kind]: { ...own, [option]: value } } })}
              {...range}
            />
          )}
        </Field>
      ))}
      <Field {...ownControls.heldOut}>
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={Math.round(100 * heldOut)}
            integer
            min={0}
            max={50}
            onChange={(value) => editOwn({ heldOut: value / 100 })}
          />
        )}
      </Field>
    </details>
  );
}
