/**
 * What merges by activations have in common (ZipIt!, OT fusion): how alike the sources' units are in each space of the fold
 * plan, which units may be put together, and M, U and LayerNorms from one decision for each space.
 */
import { linearSumAssignment } from 'linear-sum-assignment';
import { Matrix } from 'ml-matrix';
import type { FoldPlan } from '../../architectures/fold-plan.ts';
import type { Model } from '../../architectures/model.ts';
import type { TaskImages } from '../../datasets/images.ts';
import { normParameters } from '../../supernet/supernet.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { formOf, requireEqualWidths, weightOf } from '../../theory/blocks.ts';
import type { Moments } from '../statistics.ts';
import { jointMoments, placesOf } from '../statistics.ts';
import type { ClosedMerge } from './plain-method.ts';

/** The units of n sources of width d in one space; all of them side by side: unit u of source i is number `i · d + u`. */
export interface SpaceFeatures {
  sources: number;
  /** d, of every source and of the merged network. */
  width: number;
  /** Pearson correlation of all units, `[n·d, n·d]`, row-major. */
  correlation: Float64Array;
  /**
   * Units that may be put together, `n · m` numbers each, source by source: the whole space, or one head of each source.
   * The m merged units of a set take the places of source 1's.
   */
  sets: readonly (readonly number[])[];
}

/** Mᵢ `[d, d]` and Uᵢ `[d, d]` of each source in one space. */
export interface SpaceMatrices {
  merge: readonly Matrix[];
  unmerge: readonly Matrix[];
}

/**
 * The features of every space, by its name, on the training images of all tasks through all sources.
 * Throws `RangeError` for sources of unequal widths.
 */
export async function spaceFeatures(
  models: readonly Model[],
  tasks: readonly TaskImages[],
  plan: FoldPlan,
): Promise<Map<string, SpaceFeatures>> {
  requireEqualWidths(plan);
  const images = tasks.map(({ train }) => train);
  const moments = await jointMoments(models, placesOf(plan), images);
  const sources = models.length;
  const spaces = new Map<string, SpaceFeatures>();
  for (const [space, own] of moments) {
    const size = own.mean.values.length;
    const width = size / sources;
    const all = Array.from({ length: size }, (_, unit) => unit);
    spaces.set(space, { sources, width, correlation: correlationOf(own, width), sets: [all] });
  }
  for (const { queryKey, value } of plan.headSpaces) {
    const together = [queryKey, value].map((space) => featuresOf(spaces, space));
    const matches = matchHeads(together, headsOf(plan, queryKey));
    for (const features of together) features.sets = headSets(features, matches);
  }
  return spaces;
}

/** A unit whose variance is no more than this share of its mean square is constant: the rest is rounding of 32-bit floats. */
const constantShare = 1e-5;

/** What two constant units of one source count as: less than two of different sources, so that those come first. */
const bothConstant = 0.999;

/**
 * Pearson correlation of all units, `[n·d, n·d]`, row-major, symmetric, within [−1, 1]. A constant unit (a dead ReLU, a layer
 * that pads a shallower source) has none: 0 with every unit that varies. Two constant units count as alike, 1 in different
 * sources and 0.999 in one, since putting them together loses no variation on these images.
 * @param width - d, the units of one source
 */
export function correlationOf({ mean: { values: mean }, second }: Moments, width: number): Float64Array {
  const size = mean.length;
  const covariance = (a: number, b: number) => (second.values[a * size + b] ?? 0) - (mean[a] ?? 0) * (mean[b] ?? 0);
  const deviations = Float64Array.from(mean, (_, unit) => {
    const variance = covariance(unit, unit);
    return variance > constantShare * (second.values[unit * size + unit] ?? 0) ? Math.sqrt(variance) : 0;
  });
  const alike = (a: number, b: number) => {
    const [ofA, ofB] = [deviations[a] ?? 0, deviations[b] ?? 0];
    if (ofA > 0 && ofB > 0) return Math.max(-1, Math.min(1, covariance(a, b) / (ofA * ofB)));
    if (ofA > 0 || ofB > 0) return 0;
    return Math.floor(a / width) === Math.floor(b / width) ? bothConstant : 1;
  };
  const correlation = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) correlation[a * size + b] = correlation[b * size + a] = alike(a, b);
  }
  return correlation;
}

/**
 * For each source, which of its heads belongs to head h of source 1 (for source 1 itself: h). Of all one-to-one matchings
 * the one of greatest similarity, where two heads are as similar as their units' correlations with their best partners in
 * the other head, added up over the units of both heads and over all given spaces.
 * @param spaces - spaces whose heads belong together: a block's query-key and value features
 */
export function matchHeads(spaces: readonly SpaceFeatures[], heads: number): number[][] {
  const numbers = Array.from({ length: heads }, (_, head) => head);
  return Array.from({ length: spaces[0]?.sources ?? 0 }, (_, source) => {
    if (source === 0) return numbers;
    const similarity = (own: number, other: number) =>
      spaces.reduce((sum, space) => {
        const [ours, theirs] = [headUnits(space, heads, 0, own), headUnits(space, heads, source, other)];
        return sum + bestPartners(space, ours, theirs) + bestPartners(space, theirs, ours);
      }, 0);
    const table = numbers.map((own) => numbers.map((other) => similarity(own, other)));
    return [...linearSumAssignment(table, { maximaze: true }).rowAssignments];
  });
}

/** Entries `[rows, columns]` of a space's correlation, for a set's units. */
export function correlationAmong(
  { correlation, sources, width }: SpaceFeatures,
  rows: readonly number[],
  columns: readonly number[],
): Float64Array {
  const part = new Float64Array(rows.length * columns.length);
  for (const [a, row] of rows.entries()) {
    const start = row * sources * width;
    for (const [b, column] of columns.entries()) part[a * columns.length + b] = correlation[start + column] ?? 0;
  }
  return part;
}

/**
 * One decision for each space → all M and U, and the LayerNorms: gain and bias of a merged unit are what M makes of the
 * sources', `γ̃ = Σᵢ γᵢ Mᵢ`.
 */
export function mergeOfSpaces(
  models: readonly Model[],
  plan: FoldPlan,
  spaces: ReadonlyMap<string, SpaceMatrices>,
): ClosedMerge {
  const form = formOf(plan, ({ space, role, copies }) =>
    featuresOf(spaces, space)[role === 'M' ? 'merge' : 'unmerge'].map((matrix) => blockDiagonal(matrix, copies)),
  );
  const norms = new Map(
    normParameters(plan).map((name) => {
      const own = models.map(({ weights }) => weightOf(weights, name).values);
      return [name, mergedRow(own, featuresOf(spaces, plan.normSpace).merge)];
    }),
  );
  return { form, norms };
}

/** The matrix so many times along the diagonal. */
function blockDiagonal(matrix: Matrix, copies: number): Matrix {
  if (copies === 1) return matrix;
  const whole = Matrix.zeros(copies * matrix.rows, copies * matrix.columns);
  for (let copy = 0; copy < copies; copy++) whole.setSubMatrix(matrix, copy * matrix.rows, copy * matrix.columns);
  return whole;
}

function featuresOf<Value>(spaces: ReadonlyMap<string, Value>, space: string): Value {
  const value = spaces.get(space);
  if (value === undefined) throw new RangeError(`no features of the space ${space}`);
  return value;
}

/** `Σᵢ rowᵢ Mᵢ` */
function mergedRow(rows: readonly Float32Array[], merge: readonly Matrix[]): Weight {
  const sum = new Float64Array(merge[0]?.columns ?? 0);
  for (const [source, matrix] of merge.entries()) {
    for (const [unit, value] of rows[source]?.entries() ?? []) {
      for (let merged = 0; merged < sum.length; merged++) {
        sum[merged] = (sum[merged] ?? 0) + value * matrix.get(unit, merged);
      }
    }
  }
  return { shape: [sum.length], values: Float32Array.from(sum) };
}

const headsOf = ({ matrices }: FoldPlan, space: string): number =>
  matrices.find((spec) => spec.space === space)?.heads ?? 1;

/** Units of one head of one source, as numbers among all. */
function headUnits({ width }: SpaceFeatures, heads: number, source: number, head: number): number[] {
  const length = width / heads;
  return Array.from({ length }, (_, unit) => source * width + head * length + unit);
}

/** Sum over units of the correlation with the best partner among others. */
function bestPartners({ correlation, sources, width }: SpaceFeatures, units: number[], others: number[]): number {
  let sum = 0;
  for (const unit of units) {
    let best = -1;
    for (const other of others) best = Math.max(best, correlation[unit * sources * width + other] ?? 0);
    sum += best;
  }
  return sum;
}

/** For each head of source 1 its units and those of the heads that belong to it. */
function headSets(features: SpaceFeatures, matches: readonly (readonly number[])[]): number[][] {
  const heads = matches[0]?.length ?? 0;
  return Array.from({ length: heads }, (_, head) =>
    matches.flatMap((match, source) => headUnits(features, heads, source, match[head] ?? head)),
  );
}
