/**
 * What each kind of M and U can do (docs/method.md "Kinds of M and U"). None of these operations makes a low-rank or diagonal
 * matrix dense, except `dense`, which pictures and tests use.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { Random } from '../random.ts';
import type { Initialisation } from '../recipe.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** The learnable tensors of one matrix, by their short name: `full`, `diag`, `a`, `b`. */
export type MatrixParameters = Readonly<Record<string, tf.Tensor>>;

/** The starts that a rule gives; a warm start is given as values. */
export type ColdStart = Exclude<Initialisation, 'warm'>;

export interface InitialOptions {
  initialisation: ColdStart;
  /** Rank of this matrix' low-rank part. */
  rank: number;
  random: Random;
}

export interface MatrixForm {
  /** The learnable tensors and their shapes. */
  shapes(spec: MatrixSpec, rank: number): Record<string, number[]>;
  initial(spec: MatrixSpec, options: InitialOptions): Record<string, Weight>;
  /** `Mᵀ v`: `[Σ widths, k] → [merged, k]`. The fold's outer half: v stacks the sources' rows. */
  mergeWeights(m: MatrixParameters, v: tf.Tensor2D, spec: MatrixSpec): tf.Tensor2D;
  /** `w Uᵢᵀ`: `[k, widthᵢ] → [k, merged]`. The fold's inner half, for source i. */
  unmergeWeights(u: MatrixParameters, w: tf.Tensor2D, source: number, spec: MatrixSpec): tf.Tensor2D;
  /** Features of all sources side by side → merged: `x M`, `[rows, Σ widths] → [rows, merged]`. */
  mergeFeatures(m: MatrixParameters, x: tf.Tensor2D, spec: MatrixSpec): tf.Tensor2D;
  /** Merged features → a guess of all sources': `x U`, `[rows, merged] → [rows, Σ widths]`. */
  unmergeFeatures(u: MatrixParameters, x: tf.Tensor2D, spec: MatrixSpec): tf.Tensor2D;
  /** The matrix itself: M `[Σ widths, merged]`, U `[merged, Σ widths]`. */
  dense(parameters: MatrixParameters, spec: MatrixSpec): tf.Tensor2D;
  /** Multiply-adds of `x M` for so many rows, and of `Mᵀ v` for so many columns. */
  mergeMacs(spec: MatrixSpec, rank: number, rows: number): Macs;
  /** Multiply-adds of `w Uᵢᵀ` for so many rows; source null: of `x U`. */
  unmergeMacs(spec: MatrixSpec, rank: number, rows: number, source: number | null): Macs;
  /** The parameters whose dense value is nearest to the one given, or as near as the kind's rule for it comes. */
  fit(dense: Weight, spec: MatrixSpec, options: Pick<InitialOptions, 'rank' | 'random'>): Fit;
}

/** Multiply-adds of the matrix products that read what is given, and of those that read their results. */
export type Macs = readonly [first: number, rest: number];

/** A dense matrix in the form of a kind. */
export interface Fit {
  parameters: Record<string, Weight>;
  /** ‖ours − given‖ / ‖given‖: 0 where the kind contains the matrix, up to rounding. */
  error: number;
}

export const totalWidth = (spec: MatrixSpec): number => spec.widths.reduce((sum, width) => sum + width, 0);

/** First feature of each source among all, and the end. */
export function bounds(spec: MatrixSpec): number[] {
  const starts = [0];
  for (const width of spec.widths) starts.push((starts.at(-1) ?? 0) + width);
  return starts;
}

/** Width of one source, or of all. */
export const widthOf = (spec: MatrixSpec, source: number | null): number =>
  source === null ? totalWidth(spec) : (spec.widths[source] ?? 0);

export function tensorOf(parameters: MatrixParameters, name: string): tf.Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new RangeError(`the matrix has no tensor "${name}"`);
  return tensor;
}

/** Rows and columns of the dense matrix. */
export const denseShape = (spec: MatrixSpec): [number, number] =>
  spec.role === 'M' ? [totalWidth(spec), spec.merged] : [spec.merged, totalWidth(spec)];

/** Standard deviation unit of the initialisations: `s = d^-½` of the layer's merged width. */
export const unitScale = (spec: MatrixSpec): number => spec.merged ** -0.5;

export function normals(shape: readonly number[], scale: number, random: Random): Weight {
  const values = new Float32Array(shape.reduce((product, axis) => product * axis, 1));
  for (let index = 0; index < values.length; index++) values[index] = scale * random.normal();
  return { shape, values };
}

/** ‖a − b‖ / ‖b‖; ‖a‖ where b is 0. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let index = 0; index < b.length; index++) {
    difference += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
    norm += (b[index] ?? 0) ** 2;
  }
  return Math.sqrt(norm > 0 ? difference / norm : difference);
}

/** Weight of source i in the diagonals of `first` and `average`: M `(I, 0, …)` or `(I … I)/n`, U `(I … I)`. */
export function identityWeight(spec: MatrixSpec, initialisation: 'first' | 'average', source: number): number {
  if (spec.role === 'U') return 1;
  if (initialisation === 'average') return 1 / spec.widths.length;
  return source === 0 ? 1 : 0;
}
