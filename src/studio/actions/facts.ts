/** What weights cannot tell and a person can. */
import type { FactOverrides } from '../../engine/recipe.ts';
import { attempt, client } from '../session.ts';
import { putSource } from '../stores/files.ts';
import { editSource, useRecipe } from '../stores/recipe.ts';
import { clearNotices } from '../stores/ui.ts';
import { tellFileError } from './tell-file-error.ts';

export async function setFacts(file: string, facts: FactOverrides): Promise<void> {
  clearNotices('sources');
  const before = useRecipe.getState().draft.sources.find((source) => source.file === file)?.facts;
  const all = { ...before, ...facts };
  const info = await attempt(tellFileError, () => client.setFacts(file, all));
  if (!info) return;
  putSource(info);
  editSource(file, () => ({ facts: all }));
}

/** Tells the worker the facts that the recipe has about sources, so that the cards show them. */
export async function tellFacts(files: readonly string[]): Promise<void> {
  for (const { file, facts } of useRecipe.getState().draft.sources) {
    if (!files.includes(file) || Object.keys(facts).length === 0) continue;
    const info = await attempt(tellFileError, () => client.setFacts(file, facts));
    if (info) putSource(info);
  }
}
