/** Runs one merge to its end and measures it, the same way for every experiment. */
import type { Score } from '../../src/engine/evaluation/evaluate.ts';
import { evaluate } from '../../src/engine/evaluation/evaluate.ts';
import type { MergeContext, MergeMethod, MergeOutcome } from '../../src/engine/merging/method.ts';
import { mergeMethod } from '../../src/engine/merging/registry.ts';
import type { MethodRecipe } from '../../src/engine/recipe.ts';
import { methodSchema } from '../../src/engine/recipe.ts';

export interface Measured {
  score: Score;
  /** Of work, without the evaluation. */
  seconds: number;
  outcome: MergeOutcome;
  /** Of every step, before its update. */
  losses: number[];
}

/** Options as a recipe gives them; what is left out is as usual. No measuring on the way. */
export function method(options: { name: string } & Record<string, unknown>): MethodRecipe {
  const quiet = 'epochs' in options ? { evaluateEvery: 0 } : {};
  return methodSchema.parse({ ...options, ...quiet });
}

export async function merge(context: MergeContext, recipe: MethodRecipe): Promise<Measured> {
  const start = performance.now();
  const merging = (mergeMethod(recipe.name) as MergeMethod).merge(context, recipe as never);
  const losses: number[] = [];
  for (;;) {
    const next = await merging.next();
    if (!next.done) {
      if (next.value.type === 'training') losses.push(next.value.point.losses.reduce((sum, loss) => sum + loss, 0));
      continue;
    }
    const seconds = (performance.now() - start) / 1000;
    return { score: await scoreOf(next.value, context), seconds, outcome: next.value, losses };
  }
}

export async function scoreOf(outcome: Pick<MergeOutcome, 'predictor'>, { tasks }: MergeContext): Promise<Score> {
  const predictor = outcome.predictor();
  const score = await evaluate(predictor, tasks);
  predictor.dispose();
  return score;
}

/** Epochs that make about so many steps. */
export const epochsFor = (steps: number, images: number, batchSize: number): number =>
  Math.ceil(steps / Math.ceil(images / batchSize));
