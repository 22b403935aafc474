/**
 * A merge given as M and U instead of weights: what every closed-form merge of the SuperNet's family is, and where training
 * can start from (docs/method.md "Warm starts").
 */
import type { Weight } from '../tensors/host-tensor.ts';

/** Dense matrices by their name in the fold plan, all of them: M `[Σ widths, merged]`, U `[merged, Σ widths]`. */
export type ClosedForm = ReadonlyMap<string, Weight>;
