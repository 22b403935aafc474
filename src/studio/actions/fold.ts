/** Playing the fold, and going from its picture to a matrix. */
import { useFiles } from '../stores/files.ts';
import type { Direction } from '../stores/fold.ts';
import { playFold, playOrPause, showPicture, useFold } from '../stores/fold.ts';
import { useRecipe } from '../stores/recipe.ts';
import { selectedRun, useRuns } from '../stores/runs.ts';
import { folds, subjectOf } from '../stores/subject.ts';
import { chooseMatrix, showTab } from '../stores/ui.ts';

/** Whether the system asks for no motion that nobody starts by hand. */
const isCalm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export const foldTowards = (direction: Direction): void => playFold(direction, isCalm());

/** The key: folds, pauses, goes on, unfolds. A hidden picture is shown first. */
export function foldOrPause(): void {
  const { draft } = useRecipe.getState();
  if (!folds(subjectOf(selectedRun(useRuns.getState()), draft, useFiles.getState().sources))) return;
  if (!useFold.getState().shown) showPicture(true);
  playOrPause(isCalm());
}

/** Opens a matrix in its tab, which gets the focus and so comes into sight. */
export function openMatrix(name: string): void {
  chooseMatrix(name);
  showTab('matrices');
  document.getElementById('tab-matrices')?.focus();
}
