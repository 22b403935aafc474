/**
 * Git Re-Basin (Ainsworth, Hayase, Srinivasa, arXiv 2209.04836) as a form of M and U: each source's units are put into a common
 * order, then the weights are averaged. FS-Merge (arXiv 2410.01483) has it as one of the merges that its family contains.
 */
import { Matrix } from 'ml-matrix';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import { formOf, identityBlocks, requireEqualWidths } from './blocks.ts';

/**
 * `Mᵢ = Pᵢᵀ / n`, `Uᵢ = Pᵢ` for n sources. With P of a layer's M and P′ of its U it folds to
 * `W̃ = (Σ Pᵢ Wᵢ Pᵢ′ᵀ) / n`, `b̃ = (Σ Pᵢ bᵢ) / n`, and the heads to `Vᵢ Pᵢᵀ`, for P of the head's U.
 * Nothing here couples the matrices: that the M and U around an activation agree, for example, is the caller's part.
 * @param permutations - by the name of an M or U, for each source i its order p: merged unit k is source i's unit p[k],
 *   so `(Pᵢ f)[k] = f[p[k]]`. A matrix without an entry has Pᵢ = I.
 * @throws `RangeError` for sources of unequal widths, an unknown matrix, or an order that is no permutation of the units
 */
export function permutationForm(
  plan: FoldPlan,
  permutations: ReadonlyMap<string, readonly (readonly number[])[]>,
): ClosedForm {
  requireEqualWidths(plan);
  requireKnown(plan, permutations);
  return formOf(plan, (spec) => {
    const scale = spec.role === 'M' ? 1 / spec.widths.length : 1;
    const orders = permutations.get(spec.name);
    if (!orders) return identityBlocks(spec, scale);
    if (orders.length !== spec.widths.length) {
      throw new RangeError(`${spec.name}: ${orders.length} permutations for ${spec.widths.length} sources`);
    }
    return orders.map((order) => permutationBlock(spec, order, scale));
  });
}

function requireKnown(plan: FoldPlan, permutations: ReadonlyMap<string, unknown>): void {
  const known = new Set(plan.matrices.map((spec) => spec.name));
  for (const name of permutations.keys()) if (!known.has(name)) throw new RangeError(`the plan has no matrix ${name}`);
}

/** `scale · Pᵀ` for an M, `scale · P` for a U. */
function permutationBlock(spec: MatrixSpec, order: readonly number[], scale: number): Matrix {
  if (!isPermutation(order, spec.merged)) {
    throw new RangeError(`${spec.name}: [${order.join(', ')}] is no permutation of ${spec.merged} units`);
  }
  const block = Matrix.zeros(spec.merged, spec.merged);
  for (const [unit, from] of order.entries()) {
    if (spec.role === 'M') block.set(from, unit, scale);
    else block.set(unit, from, scale);
  }
  return block;
}

function isPermutation(order: readonly number[], count: number): boolean {
  const units = new Set(order);
  return order.length === count && Array.from({ length: count }, (_, unit) => unit).every((unit) => units.has(unit));
}
