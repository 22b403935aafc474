/**
 * Git Re-Basin by weight matching (Ainsworth, Hayase, Srinivasa, arXiv 2209.04836, section 3.2 and Algorithm 1): every source
 * from the second on has its units put into the order in which its weights lie nearest to source 1's; then the mean.
 */
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import { permutation, seededRandom } from '../../random.ts';
import { normParameters } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { requireEqualWidths, weightOf } from '../../theory/blocks.ts';
import type { ClosedMerge } from './plain-method.ts';
import { closedMethod } from './plain-method.ts';
import type { Matching, Order, Permutations } from './spaces.ts';
import { bestOrders, matchingsOf, permutationsOf, permutedMerge, spacesOf, unchangedOrders } from './spaces.ts';

export interface WeightMatchingOptions {
  /** Most rounds over all spaces; it ends before that when nothing changes any more. 0: the opening alone. */
  sweeps: number;
  /** Decides in which order the spaces are visited. */
  seed: number;
}

export const gitReBasin = closedMethod<'git-re-basin'>({
  note: "Matching the units by the sources' weights",
  merge: (models, plan, { seed }, { sweeps }) => gitReBasinMerge(models, plan, { sweeps, seed }),
});

/** M, U and LayerNorms of Git Re-Basin for sources of one size. */
export const gitReBasinMerge = (
  models: readonly Model[],
  plan: FoldPlan,
  options: WeightMatchingOptions,
): ClosedMerge => permutedMerge(plan, models, weightMatching(models, plan, options));

/**
 * Orders of all spaces that make the `agreement` of each source with source 1 as large as coordinate descent finds it: one
 * space after the other gets its best order for the present orders of the others, in random rounds (Algorithm 1).
 * Ahead of the rounds is an opening, since from the identity the spaces of a deep network hold one another in a poor optimum:
 * every space is visited once, the best known one first, and counts only parameters whose other space was visited already. A
 * ViT's residual stream begins so with patch embedding, class token, positions and LayerNorms, an MLP with its first layer. A
 * permuted copy of source 1 is found in the opening, exactly. From there no visit makes the agreement smaller.
 */
export function weightMatching(models: readonly Model[], plan: FoldPlan, options: WeightMatchingOptions): Permutations {
  requireEqualWidths(plan);
  const [first, ...others] = models;
  if (!first) throw new RangeError('no sources');
  return permutationsOf(
    plan,
    others.map((other) => {
      const descent = new Descent(plan, pairsOf(plan, first, other));
      descent.open();
      descent.run(options);
      return descent.orders;
    }),
  );
}

/**
 * What weight matching makes large, for each source from the second on: `Σ ⟨W₁, P_out Wᵢ P_inᵀ⟩` over all parameters but the
 * heads (section 3.2's sum of bilinear assignments). The larger it is, the nearer are the weights.
 */
export function agreement(models: readonly Model[], plan: FoldPlan, permutations: Permutations): number[] {
  const [first, ...others] = models;
  if (!first) throw new RangeError('no sources');
  return others.map((other, index) => {
    const order = (space: string | null) => permutations.get(space ?? '')?.[index + 1];
    return pairsOf(plan, first, other).reduce((sum, pair) => sum + product(pair, order(pair.out), order(pair.into)), 0);
  });
}

/** One parameter of source 1 and of another source, `[rows, columns]` both. */
interface Pair {
  /** Space of its rows; null where they are the same in all sources. */
  out: string | null;
  /** Space of its columns; a vector has one row. */
  into: string | null;
  rows: number;
  columns: number;
  first: Float32Array;
  other: Float32Array;
}

/** Every parameter that some space orders. Heads belong to their tasks and take no part. */
function pairsOf(plan: FoldPlan, first: Model, other: Model): Pair[] {
  const spaces = new Map(plan.matrices.map(({ name, space }) => [name, space]));
  const spaceOf = (matrix: string | null) => spaces.get(matrix ?? '') ?? null;
  const pair = (name: string, out: string | null, into: string | null): Pair => {
    const [own, its] = [first, other].map(({ weights }) => weightOf(weights, name)) as [Weight, Weight];
    const columns = own.shape.at(-1) ?? 1;
    return { out, into, rows: own.values.length / columns, columns, first: own.values, other: its.values };
  };
  const folded = plan.folded.flatMap((entry) => {
    const space = spaceOf(entry.merge);
    if (entry.kind === 'rows') return [pair(entry.name, null, space)];
    return [pair(entry.weight, space, spaceOf(entry.unmerge)), pair(entry.bias, null, space)];
  });
  return [...folded, ...normParameters(plan).map((name) => pair(name, null, plan.normSpace))];
}

/** `⟨W₁, P_out W₂ P_inᵀ⟩` */
function product({ rows, columns, first, other }: Pair, out?: Order, into?: Order): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const from = (out?.[row] ?? row) * columns;
    for (let column = 0; column < columns; column++) {
      sum += (first[row * columns + column] ?? 0) * (other[from + (into?.[column] ?? column)] ?? 0);
    }
  }
  return sum;
}

/** Coordinate descent over the spaces of one source, matched to source 1. */
class Descent {
  orders: Map<string, Order>;
  private readonly matchings: Matching[];
  /** Spaces that had their first visit. */
  private readonly known = new Set<string>();
  /** What a visit could still change: matchings whose neighbours are other than at the last visit. */
  private readonly stale: Set<Matching>;

  constructor(
    plan: FoldPlan,
    private readonly pairs: readonly Pair[],
  ) {
    this.orders = unchangedOrders(plan);
    this.matchings = matchingsOf(plan);
    this.stale = new Set(this.matchings);
  }

  /** Visits every space once, always that whose units have the most known numbers. */
  open(): void {
    const left = new Set(this.matchings);
    while (left.size > 0) {
      const next = [...left].reduce((best, other) =>
        this.knownNumbers(other) > this.knownNumbers(best) ? other : best,
      );
      left.delete(next);
      this.visit(next);
    }
  }

  /** Rounds over the spaces in random order until nothing changes. */
  run({ sweeps, seed }: WeightMatchingOptions): void {
    const random = seededRandom(seed);
    for (let sweep = 0; sweep < sweeps && this.stale.size > 0; sweep++) {
      for (const index of permutation(this.matchings.length, random)) {
        const matching = this.matchings[index];
        if (matching && this.stale.has(matching)) this.visit(matching);
      }
    }
  }

  private visit(matching: Matching): void {
    const best = bestOrders(matching, (space) => this.similarity(space, matching.width), this.orders);
    const spaces = spacesOf(matching);
    const neighbours = this.neighbours(spaces);
    this.stale.delete(matching);
    if ([...neighbours].some((space) => !this.known.has(space))) this.stale.add(matching);
    if (spaces.some((space) => differ(this.orders.get(space), best.get(space)))) {
      for (const other of this.matchings)
        if (spacesOf(other).some((space) => neighbours.has(space))) this.stale.add(other);
    }
    for (const space of spaces) {
      this.orders.set(space, best.get(space) ?? []);
      this.known.add(space);
    }
  }

  /** Spaces that share a parameter with these. */
  private neighbours(spaces: readonly string[]): Set<string> {
    const found = new Set<string>();
    for (const { out, into } of this.pairs) {
      if (out === null || into === null) continue;
      if (spaces.includes(out)) found.add(into);
      if (spaces.includes(into)) found.add(out);
    }
    return found;
  }

  /** Numbers of a unit that a visit would count. */
  private knownNumbers(matching: Matching): number {
    const spaces = spacesOf(matching);
    return this.pairs
      .filter((pair) => spaces.some((space) => this.counts(pair, space)))
      .reduce((sum, { rows, columns }) => sum + (rows * columns) / matching.width, 0);
  }

  /** Whether a parameter touches the space, and its other space is known or none. */
  private counts({ out, into }: Pair, space: string): boolean {
    if (out !== space && into !== space) return false;
    const across = out === space ? into : out;
    return across === null || this.known.has(across);
  }

  /**
   * `[width, width]`: entry k, l is the product of all that touches source 1's unit k with all that touches the other's unit l,
   * its other side in the present order. `Σ W₁ (W₂ P_inᵀ)ᵀ` over what writes the space, `Σ W₁ᵀ (P_out W₂)` over what reads it.
   */
  private similarity(space: string, width: number): Float64Array {
    const sum = new Float64Array(width * width);
    for (const pair of this.pairs) {
      if (!this.counts(pair, space)) continue;
      const rowWise = pair.out === space;
      const across = this.orders.get((rowWise ? pair.into : pair.out) ?? '');
      const length = rowWise ? pair.columns : pair.rows;
      addProducts(sum, unitRows(pair, pair.first, rowWise), unitRows(pair, pair.other, rowWise, across), width, length);
    }
    return sum;
  }
}

const differ = (one: Order | undefined, other: Order | undefined): boolean =>
  one?.some((from, unit) => from !== other?.[unit]) ?? true;

/** A parameter with one row for each unit, `[width, length]`: its rows or its columns; the other side in the order `across`. */
function unitRows({ rows, columns }: Pair, values: Float32Array, rowWise: boolean, across?: Order): Float64Array {
  const [width, length] = rowWise ? [rows, columns] : [columns, rows];
  const [unitStep, step] = rowWise ? [columns, 1] : [1, columns];
  const result = new Float64Array(width * length);
  for (let unit = 0; unit < width; unit++) {
    for (let index = 0; index < length; index++) {
      result[unit * length + index] = values[unit * unitStep + (across?.[index] ?? index) * step] ?? 0;
    }
  }
  return result;
}

/**
 * Adds `A Bᵀ` `[width, width]` to a sum, for A and B `[width, length]`. Four products at a time, which read each number half
 * as often. An odd width reads past the end, which counts as 0 and changes nothing.
 */
function addProducts(sum: Float64Array, a: Float64Array, b: Float64Array, width: number, length: number): void {
  for (let row = 0; row < width; row += 2) {
    for (let column = 0; column < width; column += 2) {
      let [upperLeft, upperRight, lowerLeft, lowerRight] = [0, 0, 0, 0];
      for (let index = 0; index < length; index++) {
        const upper = a[row * length + index] ?? 0;
        const lower = a[(row + 1) * length + index] ?? 0;
        const left = b[column * length + index] ?? 0;
        const right = b[(column + 1) * length + index] ?? 0;
        upperLeft += upper * left;
        upperRight += upper * right;
        lowerLeft += lower * left;
        lowerRight += lower * right;
      }
      const at = row * width + column;
      sum[at] = (sum[at] ?? 0) + upperLeft;
      sum[at + 1] = (sum[at + 1] ?? 0) + upperRight;
      sum[at + width] = (sum[at + width] ?? 0) + lowerLeft;
      sum[at + width + 1] = (sum[at + width + 1] ?? 0) + lowerRight;
    }
  }
}
