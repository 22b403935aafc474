/** One button: every source alone and every method without training, on the sources and images of the recipe. */
import type { MethodName, Recipe } from '../../engine/recipe.ts';
import type { Score } from '../../worker/protocol.ts';
import { defaultBaselines, settingKey } from '../recipe/draft.ts';
import { baselines, isMeasured } from '../runs/compare.ts';
import { attempt, client } from '../session.ts';
import { currentRecipe } from '../stores/recipe.ts';
import { isBusy, useRuns } from '../stores/runs.ts';
import { clearNotices, notify } from '../stores/ui.ts';
import { methodNames } from '../text/describe.ts';
import { begin, ending } from './runs.ts';

export async function runComparisons(recipe: Recipe = currentRecipe()): Promise<void> {
  if (isBusy(useRuns.getState())) return;
  clearNotices('compare');
  await attempt(
    (info) => notify('compare', info),
    () => measure(recipe),
  );
  useRuns.setState({ comparing: null });
}

async function measure(recipe: Recipe): Promise<void> {
  const key = settingKey(recipe);
  for (const [index, { name }] of recipe.sources.entries()) {
    if (useRuns.getState().sourceScores[key]?.[index]) continue;
    useRuns.setState({ comparing: `Measuring ${name} alone` });
    keep(key, index, recipe.sources.length, await client.evaluateSource(recipe, index));
  }
  for (const method of baselines) {
    if (isMeasured(recipe, method, useRuns.getState().runs)) continue;
    useRuns.setState({ comparing: `Running ${methodNames[method]}` });
    const own: Recipe = { ...recipe, method: defaultBaselines[method] };
    const [problem] = (await client.check(own)).problems;
    if (problem) {
      refuse(key, method, problem.message);
      continue;
    }
    const run = await ending(await begin(own, 'comparison'));
    if (run?.error) notify('compare', run.error);
  }
}

function refuse(key: string, method: MethodName, reason: string): void {
  useRuns.setState(({ refused }) => ({ refused: { ...refused, [key]: { ...refused[key], [method]: reason } } }));
}

function keep(key: string, index: number, sources: number, score: Score): void {
  useRuns.setState(({ sourceScores }) => {
    const before = sourceScores[key] ?? Array.from({ length: sources }, () => null);
    return { sourceScores: { ...sourceScores, [key]: before.map((old, at) => (at === index ? score : old)) } };
  });
}
