import type { FsMergeOptions } from '../../../engine/recipe.ts';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { hasDiagonal } from '../../recipe/draft.ts';
import { editFsMerge } from '../../stores/recipe.ts';
import { plain } from '../../text/numbers.ts';

type NumberOption = 'epochs' | 'batchSize' | 'learningRate' | 'weightDecay' | 'evaluateEvery';

interface Row {
  option: NumberOption;
  label: string;
  hint: string;
  range: { min: number; above?: boolean; integer?: boolean };
}

const rows: readonly Row[] = [
  {
    option: 'epochs',
    label: 'Epochs',
    hint: 'How often every training image is seen.',
    range: { min: 1, integer: true },
  },
  {
    option: 'batchSize',
    label: 'Batch',
    hint: 'Images in one step, from all tasks.',
    range: { min: 1, integer: true },
  },
  {
    option: 'learningRate',
    label: 'Learning rate',
    hint: 'The highest of the run: it rises to it for 30 % of the steps, then falls.',
    range: { min: 0, above: true },
  },
  { option: 'weightDecay', label: 'Weight decay', hint: 'How strongly AdamW pulls numbers to 0.', range: { min: 0 } },
  {
    option: 'evaluateEvery',
    label: 'Measure every',
    hint: 'Steps between two measurements of accuracy; 0: only at the end.',
    range: { min: 0, integer: true },
  },
];

/** Numbers of the training, folded away with the ones that matter most in the summary. */
export function TrainingFields({ options }: { options: FsMergeOptions }) {
  return (
    <details className="quiet-details training-fields">
      <summary>
        Training: {options.epochs} epochs · batch {options.batchSize} · rate {plain(options.learningRate)}
      </summary>
      {rows.map(({ option, label, hint, range }) => (
        <Field key={option} label={label} hint={hint}>
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={options[option]}
              onChange={(value) => editFsMerge({ [option]: value })}
              {...range}
            />
          )}
        </Field>
      ))}
      {hasDiagonal(options) && (
        <Field
          label="Diagonal rate"
          hint="A learning rate of their own for the diagonals; empty: the same as the rest."
        >
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={options.diagonalLearningRate}
              placeholder={plain(options.learningRate)}
              min={0}
              above
              onChange={(diagonalLearningRate) => editFsMerge({ diagonalLearningRate })}
              onClear={() => editFsMerge({ diagonalLearningRate: null })}
            />
          )}
        </Field>
      )}
    </details>
  );
}
