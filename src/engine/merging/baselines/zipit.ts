/**
 * ZipIt! (Stoica, Bolya, Bjorner, Ramesh, Hearn, Hoffman, arXiv 2305.03053): alike features are merged, across sources and
 * within one. Sections 4.1 (match, merge and unmerge) and 4.2 (all layers).
 */
import { Matrix } from 'ml-matrix';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import type { SpaceFeatures, SpaceMatrices } from './features.ts';
import { correlationAmong, mergeOfSpaces, spaceFeatures } from './features.ts';
import type { ClosedMerge } from './plain-method.ts';
import { closedMethod } from './plain-method.ts';

export const zipIt = closedMethod<'zipit'>({
  note: 'Zipping features that are alike',
  merge: (models, plan, { tasks }) => zipItMerge(models, tasks, plan),
});

/**
 * The n·d features of each space are zipped to d groups by their correlation on the training images of all tasks:
 * `Mᵢ[unit, group] = 1/|group|` and `Uᵢ[group, unit] = 1` for the members of a group, else 0, so `U M = I`. All matrices of a
 * space share its groups; gain and bias of a LayerNorm are means over them.
 * Attention heads are not mixed: source i's heads are first matched to source 1's (`matchHeads`), then each set of matched
 * heads is zipped alone, with one grouping for query and key and one for value.
 * Throws `RangeError` for sources of unequal widths.
 */
export async function zipItMerge(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
): Promise<ClosedMerge> {
  const spaces = await spaceFeatures(models, tasks, plan);
  return mergeOfSpaces(models, plan, new Map([...spaces].map(([space, own]) => [space, zippedSpace(own)])));
}

function zippedSpace(features: SpaceFeatures): SpaceMatrices {
  const { sources, width, sets } = features;
  const [merge, unmerge] = [squares(sources, width), squares(sources, width)];
  for (const set of sets) {
    const groups = zipUnits(correlationAmong(features, set, set), set.length, set.length / sources);
    for (const [group, members] of groups.entries()) {
      const merged = set[group] ?? 0;
      for (const member of members) {
        const number = set[member] ?? 0;
        const [source, unit] = [Math.floor(number / width), number % width];
        merge[source]?.set(unit, merged, 1 / members.length);
        unmerge[source]?.set(merged, unit, 1);
      }
    }
  }
  return { merge, unmerge };
}

const squares = (count: number, width: number): Matrix[] =>
  Array.from({ length: count }, () => Matrix.zeros(width, width));

/**
 * Greedy match: the two most correlated groups become one until `count` are left, where the correlation of two groups is the
 * mean over their members' pairs. (The authors' code takes the least correlated pair, and has a factor α on merged groups and
 * a budget β for merges within a source; here α = 1 and β = 1, which restrict nothing.) Of equal pairs the lowest come first.
 * @param correlation - `[size, size]`, row-major, symmetric
 * @returns groups of units, by their lowest units; within a group the units in order
 */
export function zipUnits(correlation: Float64Array, size: number, count: number): number[][] {
  const groups = new Groups(correlation, size);
  for (let left = size; left > count; left--) groups.mergeBest();
  return groups.members();
}

/** Groups of units, each at the place of its lowest; every place knows the best partner behind it. */
class Groups {
  /** Correlation of the groups at two places, `[size, size]`. */
  private readonly similarity: Float64Array;
  /** Units of the group at each place; null where the group went into another. */
  private readonly units: (number[] | null)[];
  /** The most correlated group behind each place; −1 for none. */
  private readonly partner: Int32Array;

  constructor(
    correlation: Float64Array,
    private readonly size: number,
  ) {
    this.similarity = correlation.slice();
    this.units = Array.from({ length: size }, (_, unit) => [unit]);
    this.partner = new Int32Array(size);
    for (let place = 0; place < size; place++) this.findPartner(place);
  }

  members(): number[][] {
    return this.units.flatMap((units) => (units ? [units.sort((a, b) => a - b)] : []));
  }

  mergeBest(): void {
    const place = this.bestPlace();
    const other = this.partner[place] ?? -1;
    if (other < 0) return;
    this.join(place, other);
    // A mean is never above the greater of two: only those whose best partner it was need another.
    for (let before = 0; before < other; before++) {
      const partner = this.partner[before];
      if (before === place || partner === place || partner === other) this.findPartner(before);
    }
  }

  private bestPlace(): number {
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let place = 0; place < this.size; place++) {
      const partner = this.partner[place] ?? -1;
      const similarity = partner < 0 ? Number.NEGATIVE_INFINITY : this.at(place, partner);
      if (similarity > most) [best, most] = [place, similarity];
    }
    return best;
  }

  /** The group at `other` goes into the one at `place`. */
  private join(place: number, other: number): void {
    const [into, from] = [this.units[place] ?? [], this.units[other] ?? []];
    const share = into.length / (into.length + from.length);
    for (let third = 0; third < this.size; third++) {
      const mean = share * this.at(place, third) + (1 - share) * this.at(other, third);
      this.similarity[place * this.size + third] = this.similarity[third * this.size + place] = mean;
    }
    into.push(...from);
    this.units[other] = null;
    this.partner[other] = -1;
  }

  private findPartner(place: number): void {
    let [partner, most] = [-1, Number.NEGATIVE_INFINITY];
    if (this.units[place]) {
      for (let other = place + 1; other < this.size; other++) {
        if (this.units[other] && this.at(place, other) > most) [partner, most] = [other, this.at(place, other)];
      }
    }
    this.partner[place] = partner;
  }

  private at(place: number, other: number): number {
    return this.similarity[place * this.size + other] ?? 0;
  }
}
