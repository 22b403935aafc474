/** Undo and redo, with the files that they need or no longer need. */

import type { Draft } from '../recipe/draft.ts';
import { asChosen } from '../recipe/draft.ts';
import { neededFiles, usedFiles } from '../recipe/files-of.ts';
import { attempt, client } from '../session.ts';
import { addLoaded, forget, putSource, useFiles } from '../stores/files.ts';
import { redoEdit, undoEdit } from '../stores/history.ts';
import { useRecipe } from '../stores/recipe.ts';
import { notify } from '../stores/ui.ts';
import { checkRecipe } from './check.ts';

export const undo = (): Promise<void> => settle(undoEdit());
export const redo = (): Promise<void> => settle(redoEdit());

/** After going from the recipe `left` to that of the cards: files come back that the worker still has, facts are told again. */
async function settle(left: Draft | null): Promise<void> {
  if (!left) return;
  const { draft } = useRecipe.getState();
  await attempt(
    (info) => notify('page', info),
    async () => {
      await leaveFiles(left, draft);
      const needed = neededFiles(asChosen(draft), useFiles.getState()).map(({ name }) => name);
      if (needed.length > 0) addLoaded(await client.restore(needed));
      await tellChangedFacts(left, draft);
      await checkRecipe();
    },
  );
}

/** Sources whose adding was undone. */
async function leaveFiles(left: Draft, draft: Draft): Promise<void> {
  const still = usedFiles(draft);
  for (const { file } of left.sources) {
    if (still.has(file) || !(file in useFiles.getState().sources)) continue;
    forget(file);
    await client.remove(file);
  }
}

async function tellChangedFacts(left: Draft, draft: Draft): Promise<void> {
  for (const { file, facts } of draft.sources) {
    const before = left.sources.find((source) => source.file === file)?.facts ?? facts;
    const isTold = JSON.stringify(before) === JSON.stringify(facts);
    if (!isTold && file in useFiles.getState().sources) putSource(await client.setFacts(file, facts));
  }
}
