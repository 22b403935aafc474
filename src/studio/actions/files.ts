/** Files that come in, and what is said about them. */
import type { StudioErrorInfo } from '../../engine/errors.ts';
import type { DroppedFile, SourceInfo, SuperNetInfo } from '../../worker/protocol.ts';
import { assignImages, fits, usualImages } from '../recipe/assign-images.ts';
import type { BaselineName, DraftSource } from '../recipe/draft.ts';
import { asChosen, freeColour, fromRecipe, taskName } from '../recipe/draft.ts';
import { neededFiles } from '../recipe/files-of.ts';
import { attempt, client } from '../session.ts';
import { forget, useFiles } from '../stores/files.ts';
import { asOneEdit } from '../stores/history.ts';
import { editBaseline, editDraft, editFsMerge, editSource, useRecipe } from '../stores/recipe.ts';
import { addRun, editRun, useRuns } from '../stores/runs.ts';
import { addNamesakes } from '../stores/sessions.ts';
import { clearNotices, openCards, showTab } from '../stores/ui.ts';
import { droppedFiles } from './dropped.ts';
import { tellFacts } from './facts.ts';
import { loadFiles } from './load.ts';
import { matchByName } from './match-labels.ts';
import { tellFileError } from './tell-file-error.ts';

/** Takes what was dropped, folders with all that is in them. */
export async function takeDrop(data: DataTransfer, onto?: string): Promise<void> {
  const looking = useFiles.getState().loading === null;
  if (looking) useFiles.setState({ loading: 'Looking through what was dropped' });
  const files = await attempt(tellFileError, () => droppedFiles(data));
  if (looking) useFiles.setState({ loading: null });
  if (files) await takeFiles(files, onto);
}

/**
 * Reads files and puts them into the recipe, where they fill the places that wait for them. Images that were dropped on a source belong
 * to it. A saved session or recipe is opened first.
 */
export async function takeFiles(files: readonly DroppedFile[], onto?: string): Promise<void> {
  clearNotices('sources');
  clearNotices('images');
  if (files.length === 0) return tellFileError(nothingDropped);
  const left = files.some(({ path }) => path.endsWith('.json')) ? await withoutSaved(files) : files;
  if (left.length === 0) return;
  const before = neededFiles(asChosen(useRecipe.getState().draft), useFiles.getState());
  const loaded = await loadFiles(left);
  if (!loaded) return;
  addNamesakes(loaded.namesakes);
  const aside = new Set([
    ...loaded.namesakes.map(({ id }) => id),
    ...before.filter(({ role }) => role === 'base').map(({ name }) => name),
  ]);
  asOneEdit(() => {
    editDraft(({ sources }) => {
      const all = loaded.sources.filter(({ id }) => !aside.has(id)).reduce(withSource, sources);
      const state = useFiles.getState();
      return { sources: assignImages(all, state.sources, Object.values(state.images)) };
    });
    loaded.superNets.forEach(showSuperNet);
    const [images] = loaded.images;
    if (onto !== undefined && images) chooseImages(onto, images.id);
  });
  await tellFacts(loaded.sources.map(({ id }) => id));
  await matchByName();
  if (loaded.sources.length > 0 || loaded.images.length > 0)
    openCards({ sources: true, images: true, method: true, run: true });
}

/** Opens the saved sessions and recipes among the files; answers the others. */
async function withoutSaved(files: readonly DroppedFile[]): Promise<readonly DroppedFile[]> {
  const { openSavedAmong } = await import('./sessions.ts');
  return openSavedAmong(files);
}

const nothingDropped: StudioErrorInfo = {
  kind: 'file',
  message: 'There was no file in what was given.',
  advice: 'Hidden files are passed over: choose the checkpoint or the images themselves.',
};

/**
 * A saved SuperNet can be looked at right away. Where the cards hold no other sources its whole recipe comes back, and they name the
 * files that it needs; elsewhere its options become those of the recipe.
 */
function showSuperNet({ id, recipe }: SuperNetInfo): void {
  addRun({ id, name: id, recipe, colours: recipe.sources.map((_, index) => index), origin: 'file' });
  editRun(id, (run) => ({ ...run, state: 'done' }));
  useRuns.setState({ selected: id });
  showTab('matrices');
  if (recipe.method.name !== 'fs-merge') return;
  const named = new Set(recipe.sources.map(({ file }) => file));
  const isOwn = useRecipe.getState().draft.sources.every(({ file }) => named.has(file));
  if (isOwn) editDraft(() => fromRecipe(recipe));
  const { kind, rank, order, merged } = recipe.method;
  editFsMerge({ kind, rank, order, merged, initialisation: 'warm', warmStart: { from: 'supernet', file: id } });
}

/** A source that the recipe names fills its place. */
function withSource(sources: DraftSource[], info: SourceInfo): DraftSource[] {
  if (sources.some(({ file }) => file === info.id)) return sources;
  const source = { file: info.id, name: freeTaskName(info, sources), facts: {}, texts: null, images: null };
  return [...sources, { ...source, colour: freeColour(sources), imagesByHand: false }];
}

function freeTaskName(info: SourceInfo, sources: readonly DraftSource[]): string {
  const name = taskName(info.file);
  return sources.some((source) => source.name === name) ? info.file : name;
}

/** Makes a loaded checkpoint the base of a method: it is no source then. The base before it becomes one again. */
export function chooseBase(method: BaselineName, file: string): void {
  asOneEdit(() => {
    editDraft(({ sources, baselines }) => {
      const options = baselines[method];
      const before = 'base' in options ? useFiles.getState().sources[options.base] : undefined;
      const kept = sources.filter((source) => source.file !== file);
      const isSource = before && kept.some((source) => source.file === before.id);
      return { sources: before && !isSource && before.id !== file ? withSource(kept, before) : kept };
    });
    editBaseline(method, { base: file } as never);
    editDraft(({ sources }) => {
      const state = useFiles.getState();
      return { sources: assignImages(sources, state.sources, Object.values(state.images)) };
    });
  });
}

/** Chooses a task's images by hand; null: none. */
export function chooseImages(file: string, id: string | null): void {
  const { sources, images } = useFiles.getState();
  const source = sources[file];
  const chosen = id === null ? null : images[id];
  if (!source || chosen === undefined) return;
  editSource(file, () => ({ imagesByHand: true, images: chosen && usualImages(source, chosen) }));
  void matchByName(file);
}

/** Loaded images: those that a source takes as they are, those that it takes converted, then the others. */
export function imageChoices(source: SourceInfo): { id: string; fit: ReturnType<typeof fits> }[] {
  const choices = Object.values(useFiles.getState().images).map((images) => ({
    id: images.id,
    fit: fits(source, images),
  }));
  const order = ['exactly', 'converted', null];
  return choices.sort((a, b) => order.indexOf(a.fit) - order.indexOf(b.fit));
}

export async function removeSource(file: string): Promise<void> {
  editDraft(({ sources }) => ({ sources: sources.filter((source) => source.file !== file) }));
  forget(file);
  await attempt(tellFileError, () => client.remove(file));
}

/** Forgets a checkpoint that the recipe does not use. */
export async function removeSpare(file: string): Promise<void> {
  forget(file);
  await attempt(tellFileError, () => client.remove(file));
}

export async function removeTexts(id: string): Promise<void> {
  editDraft(({ sources }) => ({
    sources: sources.map((source) => (source.texts === id ? { ...source, texts: null } : source)),
  }));
  forget(id);
  await attempt(tellFileError, () => client.remove(id));
}

export async function removeImages(id: string): Promise<void> {
  editDraft(({ sources }) => ({
    sources: sources.map((source) =>
      source.images?.file === id ? { ...source, images: null, imagesByHand: false } : source,
    ),
  }));
  forget(id);
  await attempt(tellFileError, () => client.remove(id));
}
