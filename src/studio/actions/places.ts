/** Filling the places of files that are not here with others. */
import { assignImages } from '../recipe/assign-images.ts';
import { withFileInstead } from '../recipe/places.ts';
import { useFiles } from '../stores/files.ts';
import { editDraft } from '../stores/recipe.ts';
import { tellFacts } from './facts.ts';

/** Uses a loaded file wherever the recipe names another one that is not here. */
export async function fillPlace(needed: string, id: string): Promise<void> {
  const { sources: infos, images } = useFiles.getState();
  editDraft((draft) => {
    const after = withFileInstead(draft, needed, id);
    return { ...after, sources: assignImages(after.sources, infos, Object.values(images)) };
  });
  await tellFacts([id]);
}
