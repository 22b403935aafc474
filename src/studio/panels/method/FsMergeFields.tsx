import type { Order } from '../../../engine/recipe.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { effective } from '../../recipe/draft.ts';
import { draftArchitecture, editFsMerge, useRecipe } from '../../stores/recipe.ts';
import { methodControls } from '../../text/controls/recipe.ts';
import { orderLines } from '../../text/describe.ts';
import { ActivationsChoice } from './ActivationsChoice.tsx';
import { MatrixFields } from './MatrixFields.tsx';
import { MergedSizeFields } from './MergedSizeFields.tsx';
import { ObjectiveFields } from './ObjectiveFields.tsx';
import { StartFields } from './StartFields.tsx';
import { TheorySection } from './TheorySection.tsx';
import { FsMergeTrainingFields, TrainingFields } from './TrainingFields.tsx';

const orders = (Object.keys(orderLines) as Order[]).map((value) => ({ value, label: value }));

/** The options of FS-Merge that apply to these sources. */
export function FsMergeFields() {
  const draft = useRecipe((state) => state.draft);
  const architecture = draftArchitecture(draft);
  const options = effective(draft.fsMerge, architecture);
  return (
    <>
      <StartFields options={options} colours={draft.sources.map((source) => source.colour)} />
      <MatrixFields options={options} architecture={architecture} />
      <MergedSizeFields options={options} architecture={architecture} />
      {draft.sources.length > 2 && (
        <Choice
          label={methodControls.order.label}
          options={orders}
          value={options.order}
          onChange={(order) => editFsMerge({ order })}
          hint={orderLines[options.order]}
        />
      )}
      <ObjectiveFields options={options} architecture={architecture} />
      <TrainingFields options={options} edit={editFsMerge}>
        <FsMergeTrainingFields options={options} norms={architecture === 'vit'} />
        {architecture === 'vit' && <ActivationsChoice checkpointing={options.checkpointing} edit={editFsMerge} />}
      </TrainingFields>
      <TheorySection />
    </>
  );
}
