/** Merges in closed form that hand out their M and U, for training to start from (docs/method.md "Warm starts"). */
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import type { warmMethods } from '../../recipe.ts';
import { methodSchema } from '../../recipe.ts';
import { averageForm } from '../../theory/average-form.ts';
import { averageNorms } from './average.ts';
import { gitReBasinMerge } from './git-re-basin.ts';
import type { ClosedMerge } from './plain-method.ts';
import { regMeanMerge } from './regmean.ts';
import { zipItMerge } from './zipit.ts';

export type WarmMethod = (typeof warmMethods)[number];

/** M, U and LayerNorms of a method with its usual options, for aligned sources of one size. */
export async function closedMerge(
  method: WarmMethod,
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
  seed: number,
): Promise<ClosedMerge> {
  switch (method) {
    case 'average':
      return { form: averageForm(plan), norms: averageNorms(models, plan) };
    case 'regmean':
      return regMeanMerge(models, tasks, plan, usual('regmean').offDiagonal);
    case 'git-re-basin':
      return gitReBasinMerge(models, plan, { ...usual('git-re-basin'), seed });
    case 'zipit':
      return zipItMerge(models, tasks, plan);
    default:
      throw method satisfies never;
  }
}

const usual = <Name extends 'regmean' | 'git-re-basin'>(name: Name) =>
  methodSchema.parse({ name }) as Extract<ReturnType<typeof methodSchema.parse>, { name: Name }>;
