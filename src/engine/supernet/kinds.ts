/** Every kind of M and U by its name in a recipe. A new kind is one file and one entry here. */
import type { MatrixSpec } from '../architectures/fold-plan.ts';
import type { MatrixKind } from '../recipe.ts';
import { attentionHeads } from './attention-heads.ts';
import { diagonal } from './diagonal.ts';
import { diagonalLowRank } from './diagonal-low-rank.ts';
import { full } from './full.ts';
import { lowRank } from './low-rank.ts';
import type { MatrixForm } from './matrix-kind.ts';

const matrixForms: Record<MatrixKind, MatrixForm> = {
  full,
  diagonal,
  'low-rank': lowRank,
  'diagonal+low-rank': diagonalLowRank,
  'attention-heads': attentionHeads,
};

/** The form of one matrix: only features laid out in heads can be merged head by head. */
export const matrixForm = (kind: MatrixKind, spec: MatrixSpec): MatrixForm =>
  kind === 'attention-heads' && spec.heads === null ? diagonalLowRank : matrixForms[kind];

/** Whether matrices of a kind have a diagonal, which needs sources and merged network of one width. */
export const hasDiagonal = (kind: MatrixKind): boolean => kind !== 'full' && kind !== 'low-rank';

/** Whether matrices of a kind have a low-rank part. */
export const hasRank = (kind: MatrixKind): boolean => kind !== 'full' && kind !== 'diagonal';
