/**
 * What both ways of matching units share (weight and activation matching): which spaces of the fold plan are matched on their
 * own, the assignments that match them, and the merge that follows (Git Re-Basin: Ainsworth, Hayase, Srinivasa, arXiv
 * 2209.04836, section 3).
 */
import { linearSumAssignment } from 'linear-sum-assignment';
import { Matrix } from 'ml-matrix';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import { spaceWidth } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import { normParameters } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { weightOf } from '../../theory/blocks.ts';
import { permutationForm } from '../../theory/permutation-form.ts';
import type { ClosedMerge } from './plain-method.ts';

/** An order p of units, as `permutationForm` reads it: merged unit k is the source's unit p[k]. */
export type Order = readonly number[];

/** By the name of a space of the plan, each source's order; source 1's is the identity. */
export type Permutations = ReadonlyMap<string, readonly Order[]>;

/** What one assignment decides: the units of a space, or whole heads together with the units inside them. */
export type Matching =
  | { kind: 'units'; space: string; width: number }
  | { kind: 'heads'; queryKey: string; value: string; width: number; heads: number };

/** Everything there is to match, in the order of the plan; each space is in one matching. */
export function matchingsOf({ matrices, headSpaces }: FoldPlan): Matching[] {
  const matchings = new Map<string, Matching>();
  for (const spec of matrices) {
    const { space, heads } = spec;
    const width = spaceWidth(spec);
    const coupled = headSpaces.find(({ queryKey, value }) => space === queryKey || space === value);
    if (!coupled) matchings.set(space, { kind: 'units', space, width });
    else matchings.set(coupled.queryKey, { kind: 'heads', ...coupled, width, heads: heads ?? 1 });
  }
  return [...matchings.values()];
}

/** The spaces that a matching orders. */
export const spacesOf = (matching: Matching): string[] =>
  matching.kind === 'units' ? [matching.space] : [matching.queryKey, matching.value];

/** Every space in the order in which it is. */
export const unchangedOrders = (plan: FoldPlan): Map<string, Order> =>
  new Map(plan.matrices.map((spec) => [spec.space, unchanged(spaceWidth(spec))]));

const unchanged = (count: number): number[] => Array.from({ length: count }, (_, unit) => unit);

/** One source's orders of all spaces, source after source; the first source keeps its own. */
export function permutationsOf(plan: FoldPlan, others: readonly ReadonlyMap<string, Order>[]): Permutations {
  const all = [unchangedOrders(plan), ...others];
  return new Map(
    [...unchangedOrders(plan)].map(([space, same]) => [space, all.map((orders) => orders.get(space) ?? same)]),
  );
}

/** A better assignment has to gain more than the rounding of double precision; equal ones leave everything as it is. */
const rounding = 1e-12;

/**
 * The best orders of a matching's spaces for one source.
 * @param similarity - by space, `[width, width]`: row k is source 1's unit, column l the other source's
 * @param present - orders that stay unless others gain more
 */
export function bestOrders(
  matching: Matching,
  similarity: (space: string) => Float64Array,
  present: ReadonlyMap<string, Order>,
): Map<string, Order> {
  const spaces = spacesOf(matching);
  const similarities = spaces.map(similarity);
  const best = solve(matching, similarities);
  const kept = spaces.map((space) => present.get(space) ?? unchanged(matching.width));
  const [now, before] = [best, kept].map((orders) =>
    orders.reduce((sum, order, index) => sum + gainOf(similarities[index] ?? new Float64Array(), order), 0),
  ) as [number, number];
  const better = now - before > rounding * Math.max(Math.abs(now), Math.abs(before));
  return new Map(spaces.map((space, index) => [space, (better ? best : kept)[index] ?? []]));
}

function solve(matching: Matching, similarities: readonly Float64Array[]): Order[] {
  const [first, second] = similarities as [Float64Array, Float64Array];
  if (matching.kind === 'units') return [assign(first)];
  const { queryKey, value } = assignHeads(first, second, matching.heads);
  return [queryKey, value];
}

/** `Σ S[k, p[k]]` of a similarity S `[d, d]` and an order p. */
const gainOf = (similarity: Float64Array, order: Order): number =>
  order.reduce((sum, from, unit) => sum + (similarity[unit * order.length + from] ?? 0), 0);

/**
 * The order p that makes `Σ S[k, p[k]]` largest: a linear assignment problem.
 * @param similarity - S, `[d, d]`, row-major; it stays as it is
 * @throws `RangeError` where an entry is not finite
 */
export function assign(similarity: Float64Array): number[] {
  if (!similarity.every(Number.isFinite))
    throw new RangeError('units cannot be matched by numbers that are not finite');
  const width = Math.round(Math.sqrt(similarity.length));
  // The solver writes over the matrix that it is given; this one is a copy.
  const { rowAssignments } = linearSumAssignment(Matrix.from1DArray(width, width, similarity), { maximaze: true });
  return Array.from(rowAssignments);
}

/**
 * Heads in their best order, and inside every pair of heads the best order of its units: `Σ S[k, p[k]]` over both spaces is
 * the largest that whole heads allow. A head's query-key and value units move with it, each in an order of their own.
 * @param queryKey - similarity of the query-key units, `[d, d]`
 * @param value - similarity of the value units, `[d, d]`
 * @param heads - how many; head h has the units h · d / heads and on
 */
export function assignHeads(
  queryKey: Float64Array,
  value: Float64Array,
  heads: number,
): { queryKey: number[]; value: number[] } {
  const size = Math.round(Math.sqrt(queryKey.length)) / heads;
  const pairs = Array.from({ length: heads * heads }, (_, pair) => {
    const [row, column] = [Math.floor(pair / heads), pair % heads];
    return [queryKey, value].map((similarity) => assignInside(similarity, row * size, column * size, size)) as [
      Inside,
      Inside,
    ];
  });
  const order = assign(Float64Array.from(pairs, ([first, second]) => first.gain + second.gain));
  const joined = (index: 0 | 1) =>
    order.flatMap((from, head) => (pairs[head * heads + from]?.[index].order ?? []).map((unit) => from * size + unit));
  return { queryKey: joined(0), value: joined(1) };
}

interface Inside {
  order: number[];
  gain: number;
}

/** The assignment of one pair of heads: the square of `size` units that begins at `row`, `column`. */
function assignInside(similarity: Float64Array, row: number, column: number, size: number): Inside {
  const width = Math.round(Math.sqrt(similarity.length));
  const part = new Float64Array(size * size);
  for (let unit = 0; unit < size; unit++) {
    const start = (row + unit) * width + column;
    part.set(similarity.subarray(start, start + size), unit * size);
  }
  const order = assign(part);
  return { order, gain: gainOf(part, order) };
}

/** The orders of every M and U, from those of the space that it faces. */
export function permutationsByMatrix(plan: FoldPlan, permutations: Permutations): Map<string, readonly Order[]> {
  const byMatrix = new Map<string, readonly Order[]>();
  for (const { name, space, copies } of plan.matrices) {
    const orders = permutations.get(space);
    if (orders)
      byMatrix.set(
        name,
        orders.map((order) => copiedOrder(order, copies)),
      );
  }
  return byMatrix;
}

/** The order of units that stand side by side so many times: each copy in the same. */
export const copiedOrder = (order: Order, copies: number): Order =>
  Array.from({ length: copies }, (_, copy) => order.map((unit) => copy * order.length + unit)).flat();

/** LayerNorm tensors `[width]`: each source's in the merged order of the features that it scales, then their mean. */
export function permutedNorms(
  plan: FoldPlan,
  models: readonly Model[],
  permutations: Permutations,
): Map<string, Weight> {
  const orders = permutations.get(plan.normSpace) ?? [];
  return new Map(
    normParameters(plan).map((name) => {
      const parts = models.map(({ weights }) => weightOf(weights, name).values);
      const entry = (unit: number) =>
        parts.reduce((sum, values, source) => sum + (values[orders[source]?.[unit] ?? unit] ?? 0), 0) / parts.length;
      const width = parts[0]?.length ?? 0;
      return [name, { shape: [width], values: Float32Array.from({ length: width }, (_, unit) => entry(unit)) }];
    }),
  );
}

/** The merge that orders make: every source's units in the merged order, then the mean of all weights. */
export const permutedMerge = (plan: FoldPlan, models: readonly Model[], permutations: Permutations): ClosedMerge => ({
  form: permutationForm(plan, permutationsByMatrix(plan, permutations)),
  norms: permutedNorms(plan, models, permutations),
});
