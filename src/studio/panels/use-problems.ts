import type { ErrorKind, StudioErrorInfo } from '../../engine/errors.ts';
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

/** What keeps the recipe from running and is mended in one card. */
export function useProblems(card: CardId): readonly StudioErrorInfo[] {
  const problems = useRecipe((state) => state.check?.problems) ?? none;
  return problems.filter(({ kind }) => cardOf[kind] === card);
}

/** Cards that have problems, with how many. */
export function useTroubledCards(): { card: CardId; problems: number }[] {
  const problems = useRecipe((state) => state.check?.problems) ?? none;
  const cards = [...new Set(problems.map(({ kind }) => cardOf[kind]))];
  return cards.map((card) => ({ card, problems: problems.filter(({ kind }) => cardOf[kind] === card).length }));
}
