/** What the module exports. It has no data and no memory of its own: every address is one of the caller's heap. */
export { add, multiply, subtract } from './arithmetic';
export { attention, attentionGradient, attentionScratch } from './attention';
export { copyRuns, zeros } from './copies';
export { gelu, geluTanh, quickGelu } from './gelu';
export { layerNorm, layerNormGradient } from './layer-norm';
export { columnDots, rowDots, scaledSum } from './products';
export { adamW, sums } from './vectors';

import { MATMUL_SCRATCH } from './matmul';

export { matMul } from './matmul';

export function matMulScratch(): usize {
  return MATMUL_SCRATCH;
}
