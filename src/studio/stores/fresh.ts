import { useRecipe } from './recipe.ts';
import { useRuns } from './runs.ts';

/** Whether the page is as on a first visit: nothing loaded, nothing run. */
export function useIsFresh(): boolean {
  const empty = useRecipe((state) => state.draft.sources.length === 0);
  const idle = useRuns((state) => state.runs.length === 0);
  return empty && idle;
}
