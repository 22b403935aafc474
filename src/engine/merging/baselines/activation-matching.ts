/**
 * Merging by activation matching (Li, Yosinski, Clune, Lipson, Hopcroft, arXiv 1511.07543, section 3; Git Re-Basin, arXiv
 * 2209.04836, section 3.1): every source from the second on has its units put into the order in which they answer to the same
 * images most as source 1's do; then the mean of all weights.
 */
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import { float32Epsilon } from '../../tensors/algebra.ts';
import { requireEqualWidths } from '../../theory/blocks.ts';
import type { Moments } from '../statistics.ts';
import { jointMoments, placesOf } from '../statistics.ts';
import type { ClosedMerge } from './plain-method.ts';
import { closedMethod } from './plain-method.ts';
import type { Order, Permutations } from './spaces.ts';
import { bestOrders, matchingsOf, permutationsOf, permutedMerge, unchangedOrders } from './spaces.ts';

export const activationMatchingMethod = closedMethod<'activation-matching'>({
  note: 'Matching the units by their activations on all images',
  merge: (models, plan, { tasks }) => activationMatchingMerge(models, tasks, plan),
});

/** M, U and LayerNorms of the merge for sources of one size. */
export async function activationMatchingMerge(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
): Promise<ClosedMerge> {
  return permutedMerge(plan, models, await activationMatching(models, tasks, plan));
}

/**
 * Orders of all spaces that make the sum of the units' correlations with source 1's largest, each space on its own. The
 * training images of all tasks go through all sources.
 */
export async function activationMatching(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
): Promise<Permutations> {
  requireEqualWidths(plan);
  const images = tasks.map(({ train }) => train);
  const moments = await jointMoments(models, placesOf(plan), images);
  const others = [...models.keys()].slice(1);
  return permutationsOf(
    plan,
    others.map((source) => matchedToFirst(plan, moments, source)),
  );
}

/** Source `source`'s orders, from 0 on. */
function matchedToFirst(plan: FoldPlan, moments: ReadonlyMap<string, Moments>, source: number): Map<string, Order> {
  const orders = unchangedOrders(plan);
  for (const matching of matchingsOf(plan)) {
    const similarity = (space: string) => {
      const own = moments.get(space);
      if (!own) throw new RangeError(`no features were seen of ${space}`);
      return correlations(own, matching.width, source);
    };
    for (const [space, order] of bestOrders(matching, similarity, orders)) orders.set(space, order);
  }
  return orders;
}

/** A variance below this part of the mean square is rounding of 32-bit sums: the unit never changes. */
const constant = 32 * float32Epsilon;

/** Pearson's correlation of source 1's unit k with unit l of another source, `[width, width]`; 0 where a unit is constant. */
function correlations({ mean, second }: Moments, width: number, source: number): Float64Array {
  const total = mean.values.length;
  const square = (row: number, column: number) => second.values[row * total + column] ?? 0;
  const covariance = (row: number, column: number) =>
    square(row, column) - (mean.values[row] ?? 0) * (mean.values[column] ?? 0);
  const scales = Float64Array.from({ length: total }, (_, unit) => {
    const variance = covariance(unit, unit);
    return variance > constant * square(unit, unit) ? variance ** -0.5 : 0;
  });
  const start = source * width;
  return Float64Array.from({ length: width * width }, (_, entry) => {
    const [row, column] = [Math.floor(entry / width), start + (entry % width)];
    return covariance(row, column) * (scales[row] ?? 0) * (scales[column] ?? 0);
  });
}
