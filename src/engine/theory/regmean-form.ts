/**
 * RegMean (Jin, Ren, Preotiuc-Pietro, Cheng, arXiv 2212.09849) as a form of M and U: each layer's outputs on every source's own
 * inputs stay as near as one layer can keep them. FS-Merge (arXiv 2410.01483) has it as one of the merges of its family.
 */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import { float32Epsilon, pseudoInverse, toMatrix } from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { formOf, identityBlocks, requireEqualWidths } from './blocks.ts';

/**
 * `Mᵢ = I/n`, `Uᵢ = n (ΣG)⁻¹ Gᵢ` for n sources, which folds to `W̃ = (Σ Wᵢ Gᵢ)(ΣG)⁻¹` with the mean of the biases, and a
 * head to `n Vᵢ Gᵢ (ΣG)⁻¹`. A U without Grams is (I … I), and a layer without U has the plain average.
 * Where ΣG is singular (units that are never active, fewer inputs than units) the pseudo-inverse, of units scaled to equal
 * size, takes the inverse's place: many weights fit the inputs equally well, and this is the smallest. A unit that is never
 * active in any source gets the weight 0.
 * @param grams - by the name of a U, for each source i its `Gᵢ = fᵢᵀ fᵢ`, `[width, width]`, of the inputs fᵢ `[samples, width]`
 *   at that U. Their common scale is of no matter; one source's scale is its weight among the others.
 * @throws `RangeError` for sources of unequal widths, a name that is no U of the plan, or Grams of another number or shape
 */
export function regMeanForm(plan: FoldPlan, grams: ReadonlyMap<string, readonly Weight[]>): ClosedForm {
  requireEqualWidths(plan);
  requireUnmerges(plan, grams);
  return formOf(plan, (spec) => {
    if (spec.role === 'M') return identityBlocks(spec, 1 / spec.widths.length);
    const ofSpec = grams.get(spec.name);
    return ofSpec ? regMeanBlocks(spec, ofSpec) : identityBlocks(spec);
  });
}

function requireUnmerges(plan: FoldPlan, grams: ReadonlyMap<string, unknown>): void {
  const unmerges = new Set(plan.matrices.filter((spec) => spec.role === 'U').map((spec) => spec.name));
  for (const name of grams.keys()) if (!unmerges.has(name)) throw new RangeError(`the plan has no U named ${name}`);
}

/** `Uᵢ = n (ΣG)⁻¹ Gᵢ` */
function regMeanBlocks(spec: MatrixSpec, grams: readonly Weight[]): Matrix[] {
  const sources = spec.widths.length;
  const symmetric = grams.map((gram) => symmetricGram(spec, gram));
  if (symmetric.length !== sources) {
    throw new RangeError(`${spec.name}: ${symmetric.length} Gram matrices for ${sources} sources`);
  }
  const total = Matrix.zeros(spec.merged, spec.merged);
  for (const gram of symmetric) total.add(gram);
  const solve = solver(total);
  return symmetric.map((gram) => solve(gram).mul(sources));
}

/** A Gram matrix that was summed in 32-bit floats may be symmetric only up to rounding. */
function symmetricGram(spec: MatrixSpec, gram: Weight): Matrix {
  const matrix = toMatrix(gram);
  if (matrix.rows !== spec.merged || matrix.columns !== spec.merged) {
    throw new RangeError(`${spec.name}: a Gram matrix is [${gram.shape.join(', ')}] for ${spec.merged} units`);
  }
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

/** `B ↦ A⁻¹ B` for a symmetric, positive semidefinite A; with `generalInverse` where A is singular. */
function solver(total: Matrix): (right: Matrix) => Matrix {
  const cholesky = new CholeskyDecomposition(total);
  if (isRegular(cholesky, total)) return (right) => cholesky.solve(right);
  const inverse = generalInverse(total);
  return (right) => inverse.mmul(right);
}

/** `S (S A S)⁺ S`, where S scales every unit to 1: else a faint unit, beside strong ones, would pass for a silent one. */
function generalInverse(total: Matrix): Matrix {
  const scales = total.diagonal().map((square) => (square > 0 ? square ** -0.5 : 0));
  const scale = (matrix: Matrix) => matrix.clone().mulRowVector(scales).mulColumnVector(scales);
  return scale(pseudoInverse(scale(total)));
}

/**
 * The square of pivot k over A's diagonal is the part of unit k that the units before it do not explain. Where that is no
 * more than the rounding of 32-bit floats, the inverse would be made of rounding.
 */
function isRegular(cholesky: CholeskyDecomposition, total: Matrix): boolean {
  const pivots = cholesky.lowerTriangularMatrix.diagonal();
  const rounding = total.rows * float32Epsilon;
  return cholesky.isPositiveDefinite() && pivots.every((pivot, k) => pivot ** 2 > rounding * total.get(k, k));
}
