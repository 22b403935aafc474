import { useMemo } from 'react';
import type { ErrorKind, StudioErrorInfo } from '../../engine/errors.ts';
import { asChosen } from '../recipe/draft.ts';
import type { NamedFile } from '../recipe/files-of.ts';
import { neededFiles } from '../recipe/files-of.ts';
import { useFiles } from '../stores/files.ts';
import { useRecipe } from '../stores/recipe.ts';
import type { CardId } from '../stores/ui.ts';

/** The card where each kind of problem can be mended. */
const cardOf: Record<ErrorKind, CardId> = {
  file: 'sources',
  checkpoint: 'sources',
  sources: 'sources',
  images: 'images',
  recipe: 'method',
  backend: 'run',
  run: 'run',
  bug: 'run',
};

const none: readonly StudioErrorInfo[] = [];

/** Files that the recipe names and that are not here. */
export function useNeededFiles(): readonly NamedFile[] {
  const draft = useRecipe((state) => state.draft);
  const files = useFiles();
  return useMemo(() => neededFiles(asChosen(draft), files), [draft, files]);
}

/** What keeps the recipe from running, besides files that are not here: those are listed by name. */
function useAllProblems(): readonly StudioErrorInfo[] {
  const problems = useRecipe((state) => state.check?.problems) ?? none;
  const needed = useNeededFiles();
  return problems.filter(({ subject }) => !needed.some(({ name }) => name === subject));
}

/** What keeps the recipe from running and is mended in one card. */
export function useProblems(card: CardId): readonly StudioErrorInfo[] {
  return useAllProblems().filter(({ kind }) => cardOf[kind] === card);
}

/** Cards that have problems, with how many. */
export function useTroubledCards(): { card: CardId; problems: number }[] {
  const problems = useAllProblems();
  const cards = [...new Set(problems.map(({ kind }) => cardOf[kind]))];
  return cards.map((card) => ({ card, problems: problems.filter(({ kind }) => cardOf[kind] === card).length }));
}
