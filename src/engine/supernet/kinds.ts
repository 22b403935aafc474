/** Every kind of M and U by its name in a recipe. A new kind is one file and one entry here. */
import type { MatrixKind } from '../recipe.ts';
import { diagonal } from './diagonal.ts';
import { diagonalLowRank } from './diagonal-low-rank.ts';
import { full } from './full.ts';
import { lowRank } from './low-rank.ts';
import type { MatrixForm } from './matrix-kind.ts';

export const matrixForms: Record<MatrixKind, MatrixForm> = {
  full,
  diagonal,
  'low-rank': lowRank,
  'diagonal+low-rank': diagonalLowRank,
};
