import type { ReactNode } from 'react';
import type { DistillationOptions, FsMergeOptions, Schedule } from '../../../engine/recipe.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { Field } from '../../components/inputs/Field.tsx';
import { NumberInput } from '../../components/inputs/NumberInput.tsx';
import { hasDiagonal } from '../../recipe/draft.ts';
import { editFsMerge } from '../../stores/recipe.ts';
import { never, trainingControls } from '../../text/controls/recipe.ts';
import { scheduleLines } from '../../text/describe.ts';
import { plain } from '../../text/numbers.ts';

type NumberOption = 'epochs' | 'batchSize' | 'learningRate' | 'weightDecay' | 'evaluateEvery';

interface Row {
  option: NumberOption;
  range: { min: number; above?: boolean; integer?: boolean };
}

const rows: readonly Row[] = [
  { option: 'epochs', range: { min: 0, integer: true } },
  { option: 'batchSize', range: { min: 1, integer: true } },
  { option: 'learningRate', range: { min: 0, above: true } },
  { option: 'weightDecay', range: { min: 0 } },
  { option: 'evaluateEvery', range: { min: 0, integer: true } },
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
      {rows.map(({ option, range }) => (
        <Field key={option} {...trainingControls[option]}>
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
      <Field {...trainingControls.patience}>
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={options.patience}
            placeholder={never}
            integer
            min={1}
            onChange={(patience) => edit({ patience })}
            onClear={() => edit({ patience: null })}
          />
        )}
      </Field>
      <Choice
        label={trainingControls.schedule.label}
        options={schedules}
        value={options.schedule}
        onChange={(schedule) => edit({ schedule })}
        hint={scheduleLines[options.schedule]}
      />
      {options.schedule === 'cosine' && (
        <Field {...trainingControls.warmUp}>
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
      <Field {...trainingControls.clipNorm}>
        {({ id, describedBy }) => (
          <NumberInput
            id={id}
            describedBy={describedBy}
            value={options.clipNorm}
            placeholder={never}
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
          label={trainingControls.norms.label}
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
        <Field {...trainingControls.diagonalLearningRate}>
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
