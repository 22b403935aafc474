/** The plain weight average as M and U: `M = (I … I)/n`, `U = (I … I)`; the start "average" of FS-Merge (arXiv 2410.01483). */
import type { FoldPlan } from '../architectures/fold-plan.ts';
import type { ClosedForm } from '../supernet/closed-form.ts';
import { formOf, identityBlocks } from './blocks.ts';

/** Blocks of another width than the merged one are cut, or filled up with zeros. */
export const averageForm = (plan: FoldPlan): ClosedForm =>
  formOf(plan, (spec) => identityBlocks(spec, spec.role === 'M' ? 1 / spec.widths.length : 1));
