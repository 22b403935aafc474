/** Dense M and U put together from blocks, one for each source. */
import { Matrix } from 'ml-matrix';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import { pairedUnits } from '../architectures/fold-plan.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import { toWeight } from '../tensors/algebra.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** A parameter by its canonical name. Throws `RangeError` when there is none. */
export function weightOf(weights: ReadonlyMap<string, Weight>, name: string): Weight {
  const weight = weights.get(name);
  if (!weight) throw new RangeError(`the model has no parameter ${name}`);
  return weight;
}

/** Shape of source i's block: `Mᵢ [widthᵢ, merged]`, `Uᵢ [merged, widthᵢ]`. */
function blockShape(spec: MatrixSpec, source: number): [number, number] {
  const width = spec.widths[source] ?? 0;
  return spec.role === 'M' ? [width, spec.merged] : [spec.merged, width];
}

/** `scale · I` for every source, copy by copy; cut or filled up with zeros where a width differs from the merged one. */
export function identityBlocks(spec: MatrixSpec, scale = 1): Matrix[] {
  return spec.widths.map((_, source) => {
    const block = Matrix.zeros(...blockShape(spec, source));
    for (const [own, merged] of pairedUnits(spec, source)) {
      if (spec.role === 'M') block.set(own, merged, scale);
      else block.set(merged, own, scale);
    }
    return block;
  });
}

/**
 * The matrices of a plan from their blocks, one for each source: `Mᵢ` one below the other, `Uᵢ` side by side.
 * Throws `RangeError` where a block has not the shape that the plan says.
 */
export function formOf(plan: FoldPlan, blocks: (spec: MatrixSpec) => readonly Matrix[]): ClosedForm {
  return new Map(plan.matrices.map((spec) => [spec.name, toWeight(joined(spec, blocks(spec)))]));
}

function joined(spec: MatrixSpec, blocks: readonly Matrix[]): Matrix {
  const total = spec.widths.reduce((sum, width) => sum + width, 0);
  const whole = spec.role === 'M' ? Matrix.zeros(total, spec.merged) : Matrix.zeros(spec.merged, total);
  let start = 0;
  for (const [source, width] of spec.widths.entries()) {
    const block = blocks[source];
    const [rows, columns] = blockShape(spec, source);
    if (block?.rows !== rows || block.columns !== columns) {
      throw new RangeError(`${spec.name}: the block of source ${source + 1} has to be ${rows} × ${columns}`);
    }
    whole.setSubMatrix(block, spec.role === 'M' ? start : 0, spec.role === 'M' ? 0 : start);
    start += width;
  }
  return whole;
}

/** Throws `RangeError` unless every source is as wide as the merged network, everywhere. */
export function requireEqualWidths(plan: FoldPlan): void {
  for (const { name, widths, merged } of plan.matrices) {
    if (widths.some((width) => width !== merged)) {
      throw new RangeError(
        `${name}: sources of widths ${widths.join(', ')} do not all have the merged width ${merged}`,
      );
    }
  }
}
