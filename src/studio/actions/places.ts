/** Filling the places of files that are not here with others. */
import { assignImages } from '../recipe/assign-images.ts';
import type { BaselineOptions } from '../recipe/draft.ts';
import { asChosen } from '../recipe/draft.ts';
import { methodWithNames, withFileNames } from '../recipe/files-of.ts';
import { useFiles } from '../stores/files.ts';
import { editDraft } from '../stores/recipe.ts';
import { tellFacts } from './facts.ts';

/** Uses a loaded file wherever the recipe names another one that is not here. */
export async function fillPlace(needed: string, id: string): Promise<void> {
  const name = (file: string) => (file === needed ? id : file);
  editDraft((draft) => {
    const renamed = withFileNames(asChosen(draft), name).sources;
    const sources = draft.sources.map((source, index) => ({ ...source, ...renamed[index] }));
    const baselines = Object.entries(draft.baselines).map(([key, options]) => [key, methodWithNames(options, name)]);
    const { sources: infos, images } = useFiles.getState();
    const isSource = draft.sources.some(({ file }) => file === needed);
    // It may stand at the end as a source of its own.
    const kept = sources.filter(({ file }, index) => !isSource || file !== id || draft.sources[index]?.file === needed);
    return {
      sources: assignImages(kept, infos, Object.values(images)),
      fsMerge: methodWithNames(draft.fsMerge, name),
      baselines: Object.fromEntries(baselines) as BaselineOptions,
    };
  });
  await tellFacts([id]);
}
