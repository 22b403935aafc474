/** What is true on the page right now, for lessons that tell of it. */
import type { MethodName } from '../../engine/recipe.ts';
import type { Score } from '../../worker/protocol.ts';
import { settingKey } from '../recipe/draft.ts';
import type { Run } from '../runs/run.ts';
import { latestScore, stepsDone } from '../runs/run.ts';
import { currentRecipe, useRecipe } from '../stores/recipe.ts';
import { activeRun, isBusy, useRuns } from '../stores/runs.ts';
import { count, percentOrNone } from '../text/numbers.ts';

/** The latest finished run of a method on the sources and held-out images of the cards. */
export function finished(method: MethodName, also: (run: Run) => boolean = () => true): Run | null {
  const key = settingKey(currentRecipe());
  return (
    useRuns
      .getState()
      .runs.findLast(
        (run) =>
          run.result !== null &&
          run.recipe.method.name === method &&
          settingKey(run.recipe) === key &&
          run.origin !== 'file' &&
          also(run),
      ) ?? null
  );
}

/** Names of the tasks. */
export const tasks = (): [string, string] => {
  const [first, second] = useRecipe.getState().draft.sources;
  return [first?.name ?? '…', second?.name ?? '…'];
};

/** What a source scores alone; null while it is not measured. */
export const alone = (index: number): Score | null =>
  useRuns.getState().sourceScores[settingKey(currentRecipe())]?.[index] ?? null;

/** "96.8 %" of a run's own task, and jointly. */
export const taskShare = (run: Run | null, task: number): string =>
  percentOrNone(run && latestScore(run)?.perTask[task]);
export const jointShare = (run: Run | null): string => percentOrNone(run && latestScore(run)?.joint);

/** What happens right now, as a sentence; `otherwise` when nothing does. */
export function now(otherwise: string): string {
  const { comparing } = useRuns.getState();
  if (comparing !== null) return `${comparing} …`;
  const run = activeRun(useRuns.getState());
  if (!run) return otherwise;
  if (run.steps === 0) return `${run.note} …`;
  return `Step ${count(stepsDone(run))} of ${count(run.steps)}.`;
}

export const busy = (): boolean => isBusy(useRuns.getState());
