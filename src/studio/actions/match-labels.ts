/** Labels of images found by the names of a source's classes. */
import type { ImagesInfo, SourceInfo } from '../../worker/protocol.ts';
import { availableImages } from '../recipe/assign-images.ts';
import type { DraftSource } from '../recipe/draft.ts';
import { attempt, client } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import { withoutEntry } from '../stores/history.ts';
import { editSource, useRecipe } from '../stores/recipe.ts';
import { notify } from '../stores/ui.ts';

/** Whether both have names to compare. */
export const haveNames = (source: SourceInfo, images: ImagesInfo): boolean =>
  source.labels !== null && images.labels.some(({ name }) => name !== null);

/**
 * Sets the labels of every task whose classes are all found by name, unless a person chose its images; of the source `only` alone when
 * it is given, whoever chose.
 */
export async function matchByName(only?: string): Promise<void> {
  for (const source of useRecipe.getState().draft.sources) {
    const wanted = only === undefined ? !source.imagesByHand : source.file === only;
    if (wanted) await matchLabels(source, editAlong);
  }
}

const editAlong: typeof editSource = (file, change) => withoutEntry(() => editSource(file, change));

/** Sets a task's labels when every class is found by name. Answers the names that are not found. */
export async function matchLabels({ file, images }: DraftSource, edit = editSource): Promise<string[]> {
  const { sources, images: sets } = useFiles.getState();
  const info = sources[file];
  const set = images && sets[images.file];
  if (!images || !set || !info?.labels || !haveNames(info, set)) return [];
  const found = await attempt(
    (error) => notify('images', error),
    () => client.labelsByName(file, set.id),
  );
  if (!found) return [];
  const missing = info.labels.value.filter((_, index) => found[index] == null);
  const labels = found.filter((label) => label !== null);
  if (missing.length > 0) return missing;
  const train = Math.max(1, Math.min(images.train, availableImages(set, labels).train));
  // What was edited while the worker looked stays.
  edit(file, (now) => (now.images === images ? { images: { ...images, labels, train } } : {}));
  return missing;
}
