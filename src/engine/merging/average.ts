/** The plain weight average, parameter by parameter; heads side by side (Wortsman et al., arXiv 2203.05482, for one pretraining). */
import { alignArchitectures, alignModels } from '../alignment/align.ts';
import { mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Model } from '../architectures/model.ts';
import { concatenate, parameterShapes } from '../architectures/model.ts';
import { modelPredictor } from '../evaluation/predictors.ts';
import type { AlignmentOptions } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { NamedArchitecture } from './compatibility.ts';
import { sizeProblems } from './compatibility.ts';
import type { MergeMethod } from './method.ts';
import { classesOf, freeOfCost } from './method.ts';

export const average: MergeMethod<'average'> = {
  problems: (sources, _, alignment) => sizeProblems(aligned(sources, alignment)),
  cost: () => freeOfCost,
  async *merge({ models, alignment }) {
    const model = averageModels(alignModels(models, alignment));
    return { model, predictor: () => modelPredictor(model, classesOf(models)), steps: 0, learnable: 0, supernet: null };
  },
};

function aligned(sources: readonly NamedArchitecture[], alignment: AlignmentOptions): NamedArchitecture[] {
  const architectures = alignArchitectures(
    sources.map(({ architecture }) => architecture),
    alignment,
  );
  return sources.map((source, index) => ({ ...source, architecture: architectures[index] ?? source.architecture }));
}

/** Models of equal shape → their mean with a joint head. */
export function averageModels(models: readonly Model[]): Model {
  const architecture = mergedArchitecture(models.map((model) => model.architecture));
  const weights = new Map<string, Weight>();
  for (const [name, shape] of parameterShapes(architecture)) {
    const parts = models.map((model) => model.weights.get(name)?.values ?? new Float32Array());
    weights.set(name, { shape, values: name.startsWith('head.') ? concatenate(parts) : mean(parts) });
  }
  return { architecture, weights };
}

function mean(parts: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(parts[0]?.length ?? 0);
  for (const part of parts)
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (part[index] ?? 0);
  return sum.map((value) => value / parts.length);
}
