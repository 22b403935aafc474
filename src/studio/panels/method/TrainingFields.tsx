import type { ReactNode } from 'react';
import type { DistillationOptions, FsMergeOptions, Schedule } from '../../../engine/recipe.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { hasDiagonal } from '../../recipe/draft.ts';
import { editFsMerge } from '../../stores/recipe.ts';
import { scheduleLines } from '../../text/describe.ts';
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
    hint: 'How often every training image is seen; 0 folds the start as it is.',
    range: { min: 0, integer: true },
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
    hint: 'The highest of the schedule.',
    range: { min: 0, above: true },
  },
  { option: 'weightDecay', label: 'Weight decay', hint: 'How strongly AdamW pulls numbers to 0.', range: { min: 0 } },
  {
    option: 'evaluateEvery',
    label: 'Measure every',
    hint: 'Steps between two measurements of accuracy and validation loss; 0: only at the end.',
    range: { min: 0, integer: true },
  },
];

const schedules = (Object.keys(scheduleLines) as Schedule[]).map((value) => ({ value, label: value }));

/** What FS-Merge and a distillation have in common. */
type Shared = Omit<DistillationOptions, 'name' | 'initialisation' | 'objective'>;

interface Props {
  options: Shared;
  edit: (change: Partial<Shared>) => void;
  /** Fields of one method alone. */
  children?: ReactNode;
}

/** Numbers of the training, folded away with the ones that matter most in the summary. */
export function TrainingFields({ options, edit, children }: Props) {
  return (
    <details className="quiet-details more-fields">
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
              onChange={(value) => edit({ [option]: value })}
              {...range}
            />
          )}
        </Field>
      ))}
      <Field
        label="Patience"
        hint="Stops after so many measurements without a lower validation loss and keeps the best; empty: never."
      >
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={options.patience}
            placeholder="never"
            integer
            min={1}
            onChange={(patience) => edit({ patience })}
            onClear={() => edit({ patience: null })}
          />
        )}
      </Field>
      <Choice
        label="Schedule"
        options={schedules}
        value={options.schedule}
        onChange={(schedule) => edit({ schedule })}
        hint={scheduleLines[options.schedule]}
      />
      {options.schedule === 'cosine' && (
        <Field label="Warm-up" hint="Share of the steps in which the rate rises, from 0 to below 1.">
          {({ id, describedBy }) => (
            <NumberInput
              id={id}
              describedBy={describedBy}
              value={options.warmUp}
              min={0}
              max={0.99}
              onChange={(warmUp) => edit({ warmUp })}
            />
          )}
        </Field>
      )}
      <Field
        label="Clip gradients"
        hint="Larger norms of all gradients together are scaled down to this; empty: never."
      >
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={options.clipNorm}
            placeholder="never"
            min={0}
            above
            onChange={(clipNorm) => edit({ clipNorm })}
            onClear={() => edit({ clipNorm: null })}
          />
        )}
      </Field>
      {children}
    </details>
  );
}

/** Fields that only FS-Merge has: LayerNorms and diagonals. */
export function FsMergeTrainingFields({ options, norms }: { options: FsMergeOptions; norms: boolean }) {
  return (
    <>
      {norms && (
        <Choice
          label="LayerNorms"
          options={[
            { value: 'learned', label: 'learned' },
            { value: 'frozen', label: 'frozen' },
          ]}
          value={options.freezeNorms ? 'frozen' : 'learned'}
          onChange={(value) => editFsMerge({ freezeNorms: value === 'frozen' })}
          hint={options.freezeNorms ? 'They stay as they start.' : 'They are trained with M and U.'}
        />
      )}
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
    </>
  );
}
