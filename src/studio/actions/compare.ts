/** One button: every source alone and every method without training that applies to the sources and images of the recipe. */
import type { MethodName, Recipe } from '../../engine/recipe.ts';
import type { SourceScore } from '../../worker/protocol.ts';
import { defaultBaselines, settingKey } from '../recipe/draft.ts';
import { baselines, isMeasured } from '../runs/compare.ts';
import { attempt, client } from '../session.ts';
import { currentRecipe, useRecipe } from '../stores/recipe.ts';
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
  // What was refused may apply by now: a base may have been chosen.
  useRuns.setState(({ refused }) => ({ refused: { ...refused, [key]: {} } }));
  for (const [index, { name }] of recipe.sources.entries()) {
    if (useRuns.getState().sourceScores[key]?.[index]) continue;
    useRuns.setState({ comparing: `Measuring ${name} alone` });
    keep(key, index, recipe.sources.length, await client.evaluateSource(recipe, index));
  }
  for (const method of baselines) {
    if (isMeasured(recipe, method, useRuns.getState().runs)) continue;
    useRuns.setState({ comparing: `Running ${methodNames[method]}` });
    const own: Recipe = { ...recipe, method: baseline(method) };
    const [problem] = (await client.check(own)).problems;
    if (problem) {
      refuse(key, method, problem.message);
      continue;
    }
    const run = await ending(await begin(own, 'comparison'));
    if (run?.error) notify('compare', run.error);
  }
}

/** The method with its defaults, and the base that was chosen for it. */
function baseline(method: (typeof baselines)[number]): Recipe['method'] {
  const options = defaultBaselines[method];
  const chosen = useRecipe.getState().draft.baselines[method];
  return 'base' in options && 'base' in chosen ? { ...options, base: chosen.base } : options;
}

function refuse(key: string, method: MethodName, reason: string): void {
  useRuns.setState(({ refused }) => ({ refused: { ...refused, [key]: { ...refused[key], [method]: reason } } }));
}

function keep(key: string, index: number, sources: number, score: SourceScore): void {
  useRuns.setState(({ sourceScores }) => {
    const before = sourceScores[key] ?? Array.from({ length: sources }, () => null);
    return { sourceScores: { ...sourceScores, [key]: before.map((old, at) => (at === index ? score : old)) } };
  });
}
