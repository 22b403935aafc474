/**
 * OT fusion (Singh and Jaggi, arXiv 1910.05653, section 4): each source's units are aligned to source 1's by optimal transport
 * between their activations, then the weights are averaged.
 */
import { Matrix } from 'ml-matrix';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import type { OptionsOf } from '../../recipe.ts';
import type { SpaceFeatures, SpaceMatrices } from './features.ts';
import { correlationAmong, mergeOfSpaces, spaceFeatures } from './features.ts';
import type { ClosedMerge } from './plain-method.ts';
import { closedMethod } from './plain-method.ts';

export const otFusion = closedMethod<'ot-fusion'>({
  note: 'Transporting units to those of source 1',
  merge: (models, plan, { tasks }, options) => otFusionMerge(models, tasks, plan, options),
});

/**
 * `Mᵢ = Tᵢᵀ / n`, `Uᵢ = Tᵢ` for n sources, where Tᵢ `[d, d]` transports source i's units to source 1's (`transportMap`),
 * doubly stochastic, T₁ = I: it folds to `W̃ = (Σ Tᵢ Wᵢ Tᵢ′ᵀ) / n`, `b̃ = (Σ Tᵢ bᵢ) / n`, with T′ of the layer's inputs. With
 * permutations for T this is `permutationForm`. LayerNorms: `γ̃ = (Σ Tᵢ γᵢ) / n`.
 * The cost of two units is the mean squared distance of their standardised activations on the training images of all tasks,
 * 2 − 2 · correlation. (The paper leaves activations as they are.) Attention heads are not mixed: source i's heads are first
 * matched to source 1's (`matchHeads`), then units are transported inside each pair of heads.
 * @param options - `regularisation` as for `sinkhorn`
 * @throws `RangeError` for sources of unequal widths
 */
export async function otFusionMerge(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
  { regularisation }: Pick<OptionsOf<'ot-fusion'>, 'regularisation'>,
): Promise<ClosedMerge> {
  const spaces = await spaceFeatures(models, tasks, plan);
  const matrices = [...spaces].map(([space, own]) => [space, transported(own, regularisation)] as const);
  return mergeOfSpaces(models, plan, new Map(matrices));
}

function transported(features: SpaceFeatures, regularisation: number): SpaceMatrices {
  const maps = Array.from({ length: features.sources }, (_, source) =>
    source === 0 ? Matrix.eye(features.width) : mapOfSource(features, source, regularisation),
  );
  return { merge: maps.map((map) => map.transpose().mul(1 / maps.length)), unmerge: maps };
}

/** Tᵢ `[d, d]`: one block for each set of units. */
function mapOfSource(features: SpaceFeatures, source: number, regularisation: number): Matrix {
  const { sources, width, sets } = features;
  const map = Matrix.zeros(width, width);
  for (const set of sets) {
    const size = set.length / sources;
    const [first, own] = [set.slice(0, size), set.slice(source * size, (source + 1) * size)];
    const cost = correlationAmong(features, first, own).map((correlation) => 2 - 2 * correlation);
    const block = transportMap(cost, size, regularisation);
    for (const [row, to] of first.entries()) {
      for (const [column, from] of own.entries()) map.set(to, from % width, block[row * size + column] ?? 0);
    }
  }
  return map;
}

/** A pair of units whose cost is below this share of the mean cost counts as one and the same unit. */
const sameShare = 1e-4;

/**
 * T = size · transport plan, `[size, size]`, row-major; rows and columns sum to 1. Row k says what source 1's unit k is made
 * of. A regularised plan is never quite a permutation, so not all of it is one: units that are the same in both sources
 * (cost below 10⁻⁴ of the mean cost; the unit at the same place, else the mutually best partner) are paired as they are, with
 * an entry 1, and only the others are transported, among themselves. So identical sources have T = I, and a permuted copy
 * has its permutation, whatever the regularisation. This rule is not in the paper.
 * @param cost - `[size, size]`, row-major, at least 0: row = unit of source 1, column = unit of source i
 * @param regularisation - as for `sinkhorn`
 */
export function transportMap(cost: Float64Array, size: number, regularisation: number): Float64Array {
  const partners = samePairs(cost, size);
  const taken = new Set(partners);
  const rows = numbers(size).filter((row) => partners[row] === -1);
  const columns = numbers(size).filter((column) => !taken.has(column));
  const rest = Float64Array.from(rows.flatMap((row) => columns.map((column) => cost[row * size + column] ?? 0)));
  const plan = sinkhorn(rest, rows.length, regularisation);
  const map = new Float64Array(size * size);
  for (const [row, column] of partners.entries()) if (column >= 0) map[row * size + column] = 1;
  for (const [a, row] of rows.entries()) {
    for (const [b, column] of columns.entries()) {
      map[row * size + column] = rows.length * (plan[a * rows.length + b] ?? 0);
    }
  }
  return map;
}

/** For each row the column that is the same unit, or −1. */
function samePairs(cost: Float64Array, size: number): Int32Array {
  const bound = sameShare * meanOf(cost);
  const partners = new Int32Array(size).fill(-1);
  const taken = new Set<number>();
  const pair = (row: number, column: number) => {
    if (partners[row] !== -1 || taken.has(column) || (cost[row * size + column] ?? 0) > bound) return;
    partners[row] = column;
    taken.add(column);
  };
  for (let unit = 0; unit < size; unit++) pair(unit, unit);
  const bestRows = numbers(size).map((column) => cheapest(size, (row) => cost[row * size + column] ?? 0));
  for (let row = 0; row < size; row++) {
    const best = cheapest(size, (column) => cost[row * size + column] ?? 0);
    if (bestRows[best] === row) pair(row, best);
  }
  return partners;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function cheapest(size: number, cost: (index: number) => number): number {
  let best = 0;
  for (let index = 1; index < size; index++) if (cost(index) < cost(best)) best = index;
  return best;
}

/** Largest relative error of a row sum that ends the iteration, and the most iterations, at the last entropy and before. */
const last = { error: 1e-6, iterations: 2000 };
const before = { error: 1e-2, iterations: 200 };

/** Iterations between two updates of the potentials. A scaling grows at most `size`-fold in one: 20 stay far from overflow. */
const stretch = 20;

/**
 * Entropic optimal transport with uniform marginals (Cuturi, arXiv 1306.0895): the plan `[size, size]`, row-major, that
 * minimises `Σ plan · cost + ε Σ plan · log plan`; each row and each column sums to 1/size.
 * Iterates in the log domain, where nothing underflows, with ε halved from the mean cost down to its value. Ends at row sums
 * within 10⁻⁶ of 1/size, relatively, or after 2000 iterations; what is left of the error is rounded off, so that the
 * marginals hold in any case.
 * @param cost - at least 0
 * @param regularisation - ε in units of the mean cost
 */
export function sinkhorn(cost: Float64Array, size: number, regularisation: number): Float64Array {
  const mean = meanOf(cost);
  const uniform = new Float64Array(size * size).fill(1 / size ** 2);
  if (!(mean > 0)) return uniform;
  const transport = new Transport(cost, size);
  const target = regularisation * mean;
  for (let entropy = mean; entropy > target; entropy /= 2) transport.settle(entropy, before);
  transport.settle(target, last);
  return roundedToMarginals(transport.plan(target), size);
}

/** Potentials f and g of a plan `exp((fₖ + gᵤ − costₖᵤ) / ε)`. */
class Transport {
  private readonly rows: Float64Array;
  private readonly columns: Float64Array;

  constructor(
    private readonly cost: Float64Array,
    private readonly size: number,
  ) {
    this.rows = new Float64Array(size);
    this.columns = new Float64Array(size);
  }

  plan(entropy: number): Float64Array {
    const { rows, columns, size } = this;
    const at = (index: number) => (rows[Math.floor(index / size)] ?? 0) + (columns[index % size] ?? 0);
    return this.cost.map((cost, index) => Math.exp((at(index) - cost) / entropy));
  }

  /**
   * Sinkhorn's iteration. Each stretch makes both marginals right once by logarithms of sums of exponentials, which makes the
   * plan's entries safe numbers, and goes on with plain products of the plan.
   */
  settle(entropy: number, { error, iterations }: { error: number; iterations: number }): void {
    for (let done = 0; done < iterations; done += stretch) {
      this.balance(this.rows, this.columns, [this.size, 1], entropy);
      this.balance(this.columns, this.rows, [1, this.size], entropy);
      const scaling = scale(this.plan(entropy), this.size, error);
      absorb(this.rows, scaling.rows, entropy);
      absorb(this.columns, scaling.columns, entropy);
      if (scaling.settled) return;
    }
  }

  /** Sets one side's potentials so that its marginal is right: `fₖ = −ε log(size · Σᵤ exp((gᵤ − costₖᵤ) / ε))`. */
  private balance(own: Float64Array, other: Float64Array, [step, inner]: [number, number], entropy: number): void {
    const exponents = new Float64Array(this.size);
    for (let k = 0; k < this.size; k++) {
      let most = Number.NEGATIVE_INFINITY;
      for (let u = 0; u < this.size; u++) {
        const exponent = ((other[u] ?? 0) - (this.cost[k * step + u * inner] ?? 0)) / entropy;
        exponents[u] = exponent;
        if (exponent > most) most = exponent;
      }
      let sum = 0;
      for (let u = 0; u < this.size; u++) sum += Math.exp((exponents[u] ?? 0) - most);
      own[k] = -entropy * (most + Math.log(this.size * sum));
    }
  }
}

function absorb(potentials: Float64Array, scaling: Float64Array, entropy: number): void {
  for (const [index, factor] of scaling.entries())
    potentials[index] = (potentials[index] ?? 0) + entropy * Math.log(factor);
}

/** Factors of the rows and columns of a plan after some iterations; settled: columns are right and rows within the error. */
function scale(plan: Float64Array, size: number, error: number) {
  const rows = new Float64Array(size).fill(1);
  const columns = new Float64Array(size).fill(1);
  for (let iteration = 0; iteration < stretch; iteration++) {
    const ofRows = rowSums(plan, columns);
    if (rows.every((factor, k) => Math.abs(factor * (ofRows[k] ?? 0) * size - 1) <= error)) {
      return { rows, columns, settled: true };
    }
    for (let k = 0; k < size; k++) rows[k] = 1 / (size * (ofRows[k] ?? 0));
    const ofColumns = columnSums(plan, rows);
    for (let u = 0; u < size; u++) columns[u] = 1 / (size * (ofColumns[u] ?? 0));
  }
  return { rows, columns, settled: false };
}

/** `Σᵤ planₖᵤ factorᵤ` */
function rowSums(plan: Float64Array, factors: Float64Array): Float64Array {
  const size = factors.length;
  return factors.map((_, row) => {
    let sum = 0;
    for (let column = 0; column < size; column++) sum += (plan[row * size + column] ?? 0) * (factors[column] ?? 0);
    return sum;
  });
}

/** `Σₖ factorₖ planₖᵤ` */
function columnSums(plan: Float64Array, factors: Float64Array): Float64Array {
  const size = factors.length;
  const sums = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const factor = factors[row] ?? 0;
    for (let column = 0; column < size; column++) {
      sums[column] = (sums[column] ?? 0) + factor * (plan[row * size + column] ?? 0);
    }
  }
  return sums;
}

/** Algorithm 2 of Altschuler, Weed and Rigollet (arXiv 1705.09634): rows, then columns cut to 1/size, the rest spread out. */
function roundedToMarginals(plan: Float64Array, size: number): Float64Array {
  const ones = new Float64Array(size).fill(1);
  const cut = (sum: number) => Math.min(1, 1 / (size * sum));
  const rows = rowSums(plan, ones).map(cut);
  const columns = columnSums(plan, rows).map(cut);
  const kept = plan.map((mass, index) => mass * (rows[Math.floor(index / size)] ?? 0) * (columns[index % size] ?? 0));
  const lacking = (sum: number) => Math.max(0, 1 / size - sum);
  const [ofRows, ofColumns] = [rowSums(kept, ones).map(lacking), columnSums(kept, ones).map(lacking)];
  const total = ofRows.reduce((sum, mass) => sum + mass, 0);
  if (total === 0) return kept;
  return kept.map((mass, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    return mass + ((ofRows[row] ?? 0) * (ofColumns[column] ?? 0)) / total;
  });
}
