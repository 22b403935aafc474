import { Choice } from '../../components/inputs/Choice.tsx';
import { trainingControls } from '../../text/controls/recipe.ts';

interface Props {
  checkpointing: boolean;
  edit: (change: { checkpointing: boolean }) => void;
}

/** Memory against time, for a ViT's training. */
export function ActivationsChoice({ checkpointing, edit }: Props) {
  return (
    <Choice
      label={trainingControls.activations.label}
      options={[
        { value: 'kept', label: 'kept' },
        { value: 'again', label: 'computed again' },
      ]}
      value={checkpointing ? 'again' : 'kept'}
      onChange={(value) => edit({ checkpointing: value === 'again' })}
      hint={
        checkpointing
          ? 'The gradient computes each block once more: less memory, about a third more time.'
          : 'The gradient finds them ready. Compute them again where memory is short.'
      }
    />
  );
}
