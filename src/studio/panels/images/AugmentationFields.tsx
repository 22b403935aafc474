import type { AugmentationOptions } from '../../../engine/recipe.ts';
import { editDraft, useRecipe } from '../../stores/recipe.ts';

const changes: { option: keyof AugmentationOptions; label: string }[] = [
  { option: 'crop', label: 'crop' },
  { option: 'flip', label: 'flip' },
  { option: 'tone', label: 'grey, solarise or blur' },
];

/** Which changes make augmented images; shown as soon as a task has some. */
export function AugmentationFields() {
  const augmentation = useRecipe((state) => state.draft.augmentation);
  const used = useRecipe((state) => state.draft.sources.some(({ images }) => images !== null && images.augmented > 0));
  if (!used) return null;
  return (
    <fieldset className="checks">
      <legend>Augmentation</legend>
      {changes.map(({ option, label }) => (
        <label key={option}>
          <input
            type="checkbox"
            checked={augmentation[option]}
            onChange={({ target }) =>
              editDraft(() => ({ augmentation: { ...augmentation, [option]: target.checked } }))
            }
          />
          {label}
        </label>
      ))}
      <p className="hint">Reflect-padded random crop, mirroring, and one change of tone, as the paper's authors do.</p>
    </fieldset>
  );
}
