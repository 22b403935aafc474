/** FS-Merge against distillation as the training images grow: ordinary runs of the page, one after the other. */
import type { Recipe } from '../../engine/recipe.ts';
import { growthName, growthRecipes, imageCounts, isDone } from '../runs/growth.ts';
import { useGrowth } from '../stores/growth.ts';
import { currentRecipe } from '../stores/recipe.ts';
import { isBusy, useRuns } from '../stores/runs.ts';
import { openCards, showTab } from '../stores/ui.ts';
import { begin, ending, stopRun } from './runs.ts';

/** Leaves out what is done already, so that it goes on where it was stopped. A run that is stopped or fails is the last one. */
export async function growImages(recipe: Recipe = currentRecipe()): Promise<void> {
  if (isBusy(useRuns.getState()) || useGrowth.getState().progress) return;
  openCards({ sources: false, images: false, method: false, run: true });
  showTab('compare');
  const recipes = growthRecipes(recipe);
  const counts = imageCounts(recipe);
  for (const [done, own] of recipes.entries()) {
    if (isDone(own, useRuns.getState().runs)) continue;
    useGrowth.setState({ progress: { done, of: recipes.length, counts } });
    const run = await ending(await begin(own, 'person', growthName(own)));
    if (run?.state !== 'done') break;
  }
  useGrowth.setState({ progress: null });
}

/** The run under way is the last one. */
export const stopGrowing = stopRun;
