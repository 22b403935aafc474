/** The plain weight average, parameter by parameter; heads side by side (Wortsman et al., arXiv 2203.05482, for one pretraining). */
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import { mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import { concatenate, parameterShapes } from '../../architectures/model.ts';
import { normParameters } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { plainMethod } from './plain-method.ts';

export const average = plainMethod<'average'>({
  note: 'Averaging the weights',
  merge: async (models) => averageModels(models),
});

/** Models of equal shape → their mean with a joint head. */
export const averageModels = (models: readonly Model[]): Model => combineModels(models, mean);

/** Each parameter of the body made from the models' own, by `combine`; heads side by side. */
export function combineModels(
  models: readonly Model[],
  combine: (parts: readonly Float32Array[], name: string) => Float32Array,
): Model {
  const architecture = mergedArchitecture(models.map((model) => model.architecture));
  const weights = new Map<string, Weight>();
  for (const [name, shape] of parameterShapes(architecture)) {
    const parts = models.map((model) => model.weights.get(name)?.values ?? new Float32Array());
    weights.set(name, { shape, values: name.startsWith('head.') ? concatenate(parts) : combine(parts, name) });
  }
  return { architecture, weights };
}

function mean(parts: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(parts[0]?.length ?? 0);
  for (const part of parts)
    for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + (part[index] ?? 0);
  return sum.map((value) => value / parts.length);
}

/** LayerNorm tensors, averaged over the sources; they are as wide as the merged network. */
export function averageNorms(models: readonly Model[], plan: FoldPlan): Map<string, Weight> {
  return new Map(
    normParameters(plan).map((name) => {
      const parts = models.map((model) => model.weights.get(name));
      const [first] = parts;
      if (!first) throw new RangeError(`a source has no ${name}`);
      return [name, { shape: first.shape, values: mean(parts.map((part) => part?.values ?? new Float32Array())) }];
    }),
  );
}
