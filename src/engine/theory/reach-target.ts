/**
 * Mechanism 1 of FS-Merge (arXiv 2410.01483): a merge that reads one source alone can still fold to any target, as long as
 * that source's layers are invertible. Where one is not, the rank of its weight bounds what every M and U can reach.
 * Features are rows: `W̃ = Σ Mᵢᵀ Wᵢ Uᵢᵀ`; here M₂ = … = Mₙ = 0, so that `W̃ = M₁ᵀ W₁ U₁ᵀ`.
 */
import { Matrix } from 'ml-matrix';
import type { FoldedParameter, FoldPlan } from '../architectures/fold-plan.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import {
  compose,
  decompose,
  pseudoInverse,
  reciprocals,
  relativeError,
  toMatrix,
  toWeight,
} from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { formOf, identityBlocks, weightOf } from './blocks.ts';

/** How near one layer `W₁ [out, in]` comes to a target `W* [out, in]`. Errors are ‖W̃ − W*‖ / ‖W*‖, Frobenius norms. */
export interface Reach {
  /** Rank of W₁: its singular values above σ₁ · max(out, in) · ε of 32-bit floats. */
  rank: number;
  /** Largest singular value of W₁ over its smallest, counted or not; Infinity where that is 0. */
  condition: number;
  /** M₁ `[out, out]` = (W* W₁⁺)ᵀ, for U₁ = I: of all M₁, the one of smallest norm that comes nearest. */
  merge: Weight;
  /** Error of what `merge` folds to, once it is rounded to 32-bit floats. */
  error: number;
  /** No M₁ with no U₁ has a smaller error: rank(M₁ᵀ W₁ U₁ᵀ) ≤ rank W₁ (Eckart and Young's theorem). */
  smallestError: number;
  /** M₁ `[out, out]` and U₁ `[in, in]` that have it, up to rounding. */
  best: { merge: Weight; unmerge: Weight };
}

/** Throws `RangeError` unless both are matrices of one shape with finite entries. */
export function reachTarget(first: Weight, target: Weight): Reach {
  const source = toMatrix(first);
  const wanted = toMatrix(target);
  if (source.rows !== wanted.rows || source.columns !== wanted.columns) {
    throw new RangeError(`the target has the shape [${target.shape.join(', ')}], not [${first.shape.join(', ')}]`);
  }
  const from = decompose(source);
  const to = decompose(wanted);
  const inverse = reciprocals(from);
  // (W* W₁⁺)ᵀ = A S⁺ Bᵀ W*ᵀ with W₁ = A S Bᵀ.
  const merge = toWeight(compose(from.left, inverse, wanted.mmul(from.right)));
  const folded = toMatrix(merge).transpose().mmul(source);
  // With W* = C T Dᵀ, M₁ = A S⁺ T Cᵀ and U₁ = D Bᵀ fold to C T Dᵀ without the singular values beyond the rank of W₁.
  const stretch = inverse.map((value, index) => value * (to.values[index] ?? 0));
  const tail = to.values.slice(from.rank);
  return {
    rank: from.rank,
    condition: ratio(from.values[0] ?? 0, from.values.at(-1) ?? 0),
    merge,
    error: relativeError(folded, wanted),
    smallestError: Math.hypot(...tail) / (Math.hypot(...to.values) || 1),
    best: {
      merge: toWeight(compose(from.left, stretch, to.left)),
      unmerge: toWeight(to.right.mmul(from.right.transpose())),
    },
  };
}

const ratio = (largest: number, smallest: number): number => (smallest > 0 ? largest / smallest : Infinity);

/**
 * The nearest weight of at most this rank: a truncated singular value decomposition. Makes a singular W₁ to show.
 * Throws `RangeError` unless `rank` is a whole number, 0 or more.
 */
export function lowerRank(weight: Weight, rank: number): Weight {
  if (!Number.isInteger(rank) || rank < 0) throw new RangeError(`${rank} is no rank`);
  const { left, values, right } = decompose(toMatrix(weight));
  const kept = values.map((value, index) => (index < rank ? value : 0));
  return { shape: weight.shape, values: toWeight(compose(left, kept, right)).values };
}

/**
 * Mechanism 1 for a whole network: every U is (I … I), block 1 of every M comes from source 1 and the target alone, the other
 * blocks are 0. A matrix M of one linear layer fits its weight, M₁ = (W* W₁⁺)ᵀ; the bias follows as b₁ M₁. A matrix that
 * several parameters share (the ViT's embedding: patches, class token, registers, positions) fits all rows that it maps, biases too,
 * by least squares. LayerNorms are no part of it, and heads stay the sources' own.
 * @param first - source 1's weights, by canonical name
 * @param target - the wanted weights, at merged width
 * @returns the matrices, and for each folded parameter ‖folded − target‖ / ‖target‖ (Infinity where only the target is 0)
 * @throws `RangeError` when one of the two lacks a parameter, or has it in another shape than the plan's
 */
export function targetForm(
  plan: FoldPlan,
  first: ReadonlyMap<string, Weight>,
  target: ReadonlyMap<string, Weight>,
): { form: ClosedForm; errors: Map<string, number> } {
  const merges = new Map<string, Matrix>();
  const errors = new Map<string, number>();
  for (const [name, entries] of entriesByMerge(plan)) {
    const mapped = entries.flatMap((entry) => mappedRows(entry, first, target));
    const [only] = mapped;
    const merge = bestMerge(entries.length === 1 && only ? [only] : mapped);
    merges.set(name, merge);
    for (const { parameter, rows, wanted } of mapped) errors.set(parameter, relativeError(rows.mmul(merge), wanted));
  }
  const form = formOf(plan, (spec) => {
    const [, ...others] = identityBlocks(spec, 0);
    const merge = merges.get(spec.name);
    return merge ? [merge, ...others] : identityBlocks(spec);
  });
  return { form, errors };
}

/** What M₁ maps of one parameter: `rows M₁` is what it folds to, `wanted` what it should be. */
interface MappedRows {
  parameter: string;
  /** `[rows, width of source 1]` */
  rows: Matrix;
  /** `[rows, merged]` */
  wanted: Matrix;
}

function entriesByMerge(plan: FoldPlan): Map<string, FoldedParameter[]> {
  const entries = new Map<string, FoldedParameter[]>();
  for (const entry of plan.folded) entries.set(entry.merge, [...(entries.get(entry.merge) ?? []), entry]);
  return entries;
}

/** A linear layer's weight comes before its bias. `W̃ᵀ = (W₁ U₁ᵀ)ᵀ M₁`, where U₁ is an identity `[merged, width]` if there is one. */
function mappedRows(
  entry: FoldedParameter,
  first: ReadonlyMap<string, Weight>,
  target: ReadonlyMap<string, Weight>,
): MappedRows[] {
  const asTheyAre = (parameter: string): MappedRows => ({
    parameter,
    rows: toMatrix(weightOf(first, parameter)),
    wanted: toMatrix(weightOf(target, parameter)),
  });
  switch (entry.kind) {
    case 'linear': {
      const { parameter, rows, wanted } = asTheyAre(entry.weight);
      const inputs = entry.unmerge === null ? rows : rows.mmul(Matrix.eye(rows.columns, wanted.columns));
      return [{ parameter, rows: inputs.transpose(), wanted: wanted.transpose() }, asTheyAre(entry.bias)];
    }
    case 'rows':
      return [asTheyAre(entry.name)];
    default:
      throw entry satisfies never;
  }
}

/** The M₁ that brings all these rows nearest to what is wanted of them, as rounding to 32-bit floats leaves it. */
function bestMerge(mapped: readonly MappedRows[]): Matrix {
  const rows = stacked(mapped.map((part) => part.rows));
  const wanted = stacked(mapped.map((part) => part.wanted));
  if (rows.rows !== wanted.rows) throw new RangeError(`${mapped[0]?.parameter}: the target has another number of rows`);
  return toMatrix(toWeight(pseudoInverse(rows).mmul(wanted)));
}

const stacked = (parts: readonly Matrix[]): Matrix => new Matrix(parts.flatMap((part) => part.to2DArray()));
