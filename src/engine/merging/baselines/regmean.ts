/**
 * RegMean (Jin, Ren, Preotiuc-Pietro, Cheng, arXiv 2212.09849): each linear layer keeps its outputs on every source's own
 * inputs as well as one layer can. What has no U before it (patches, the first layer of an MLP) and the LayerNorms are averaged,
 * which keeps the merge in FS-Merge's family; heads stay the sources' own.
 */

import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { regMeanForm } from '../../theory/regmean-form.ts';
import type { Moments, Place } from '../statistics.ts';
import { jointMoments } from '../statistics.ts';
import { averageNorms } from './average.ts';
import type { ClosedMerge } from './plain-method.ts';
import { closedMethod } from './plain-method.ts';

export const regMean = closedMethod<'regmean'>({
  note: "Adding up the Gram matrices of every layer's inputs",
  merge: (models, plan, { tasks }, { offDiagonal }) => regMeanMerge(models, tasks, plan, offDiagonal),
});

/**
 * M and U of RegMean for sources of one size. Gram matrices `Gᵢ = fᵢᵀ fᵢ` are summed over the training images of source i's own
 * task; their entries beside the diagonal are multiplied by `offDiagonal` (the paper's α).
 */
export async function regMeanMerge(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
  offDiagonal: number,
): Promise<ClosedMerge> {
  const places = inputsOfUnmerges(plan);
  const own: Map<string, Moments>[] = [];
  for (const [source, model] of models.entries()) {
    const images = tasks[source];
    if (!images) throw new RangeError(`source ${source + 1} has no task`);
    own.push(await jointMoments([model], places, [images.train]));
  }
  const grams = new Map(
    [...places.keys()].map((unmerge) => [
      unmerge,
      own.map((moments) => shrunk(moments.get(unmerge) as Moments, offDiagonal)),
    ]),
  );
  return { form: regMeanForm(plan, grams), norms: averageNorms(models, plan) };
}

/** For each U but the last the input of a layer that reads it; query, key and value read the same. */
function inputsOfUnmerges({ folded }: FoldPlan): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const entry of folded) {
    if (entry.kind !== 'linear' || entry.unmerge === null || places.has(entry.unmerge)) continue;
    places.set(entry.unmerge, [{ layer: entry.weight.replace(/\.weight$/, ''), side: 'in' }]);
  }
  return places;
}

/** The Gram matrix, its entries beside the diagonal made smaller. */
function shrunk({ rows, second: { shape, values } }: Moments, offDiagonal: number): Weight {
  const [width = 0] = shape;
  const shrink = (index: number) => (index % (width + 1) === 0 ? 1 : offDiagonal);
  return { shape, values: values.map((value, index) => value * rows * shrink(index)) };
}
