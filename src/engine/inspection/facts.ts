/** What can be told of one M or U in numbers. */
import { seededRandom } from '../random.ts';
import type { Blocked } from './block.ts';
import { blocksOf, norms } from './block.ts';
import type { Likeness } from './likeness.ts';
import { likeness } from './likeness.ts';
import type { SingularValues } from './singular-values.ts';
import { singularValues } from './singular-values.ts';

export interface MatrixFacts {
  whole: Likeness | null;
  /** Of each block. */
  blocks: (Likeness | null)[];
  /** For each head of the merged features, each block's share of its squares; null where features are not laid out in heads. */
  heads: number[][] | null;
  singular: SingularValues;
}

export function matrixFacts(matrix: Blocked, heads: number | null): MatrixFacts {
  const blocks = blocksOf(matrix);
  return {
    whole: likeness(matrix),
    blocks: blocks.map(likeness),
    heads: heads === null ? null : headShares(matrix, heads),
    singular: singularValues(matrix, seededRandom(1)),
  };
}

/** Merged features lie head after head. */
export function headShares(matrix: Blocked, heads: number): number[][] {
  const squares = blocksOf(matrix).map((block) => {
    const sizes = norms(block)[matrix.role === 'M' ? 'columns' : 'rows'];
    const width = sizes.length / heads;
    return Array.from({ length: heads }, (_, head) =>
      sizes.subarray(head * width, (head + 1) * width).reduce((sum, size) => sum + size * size, 0),
    );
  });
  return Array.from({ length: heads }, (_, head) => {
    const own = squares.map((block) => block[head]!);
    const total = own.reduce((sum, square) => sum + square, 0);
    return own.map((square) => (total > 0 ? square / total : 0));
  });
}
