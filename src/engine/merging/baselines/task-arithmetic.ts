/** Task arithmetic (Ilharco et al., arXiv 2212.04089): the base plus the scaled sum of the task vectors. */
import type { Model } from '../../architectures/model.ts';
import type { OptionsOf } from '../../recipe.ts';
import type { MergeMethod } from '../method.ts';
import { plainMethod } from './plain-method.ts';
import { baseOf, baseProblems, scaledSum, withTaskVector } from './task-vectors.ts';

export const taskArithmetic: MergeMethod<'task-arithmetic'> = plainMethod<'task-arithmetic'>({
  problems: (sources, _options, material) => baseProblems(sources, material),
  note: 'Adding up the task vectors',
  merge: async (models, { material }, options) => taskArithmeticModels(models, baseOf(material), options),
});

/** Models of the base's shape → `base + scale · Σ τᵢ`; heads side by side. */
export const taskArithmeticModels = (
  models: readonly Model[],
  base: Model,
  { scale }: Pick<OptionsOf<'task-arithmetic'>, 'scale'>,
): Model => withTaskVector(models, base, (vectors) => scaledSum(vectors, scale));
