/** How near a block of M or U is to an identity, a permutation, a selection (docs/method.md "Looking at M and U"). */
import { linearSumAssignment } from 'linear-sum-assignment';
import type { Grid } from './block.ts';
import { norms } from './block.ts';

export interface Likeness {
  /** Cosine of the block with the identity: −1 to 1. */
  identity: number;
  /** Mean over the columns that are not 0 of max|b| / ‖b‖: at most 1. */
  selection: number;
  /** Mean of |b| / √(‖row‖ ‖column‖) over the best pairs of rows and columns: 0 to 1. */
  permutation: number;
  /** Whether the pairs are the best there are; else they were taken greedily, and the best may come nearer. */
  exact: boolean;
}

/** Largest side whose best pairs are searched for. */
const largestExact = 256;

/** Null for a block of zeros, which is like nothing. */
export function likeness(block: Grid): Likeness | null {
  const sizes = norms(block);
  const norm = Math.sqrt(sizes.rows.reduce((sum, size) => sum + size * size, 0));
  if (norm === 0) return null;
  const exact = Math.max(block.rows, block.columns) <= largestExact;
  const nearness = relativeSizes(block, sizes);
  return {
    identity: trace(block) / (norm * Math.sqrt(Math.min(block.rows, block.columns))),
    selection: meanShare(block, sizes.columns),
    permutation: (exact ? bestPairs(nearness) : greedyPairs(nearness)) / Math.min(block.rows, block.columns),
    exact,
  };
}

function trace({ rows, columns, values }: Grid): number {
  let sum = 0;
  for (let index = 0; index < Math.min(rows, columns); index++) sum += values[index * columns + index]!;
  return sum;
}

function meanShare({ rows, columns, values }: Grid, sizes: Float64Array): number {
  let [sum, count] = [0, 0];
  for (let column = 0; column < columns; column++) {
    const size = sizes[column]!;
    if (size === 0) continue;
    let most = 0;
    for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(values[row * columns + column]!));
    sum += most / size;
    count++;
  }
  return sum / count;
}

/** |b| / √(‖row‖ ‖column‖), which no entry makes larger than 1. */
function relativeSizes({ rows, columns, values }: Grid, sizes: ReturnType<typeof norms>): Float64Array[] {
  return Array.from({ length: rows }, (_, row) => {
    const own = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      const value = Math.abs(values[row * columns + column]!);
      if (value > 0) own[column] = value / Math.sqrt(sizes.rows[row]! * sizes.columns[column]!);
    }
    return own;
  });
}

const bestPairs = (nearness: Float64Array[]): number => linearSumAssignment(nearness, { maximaze: true }).gain;

/** The rows with the largest entry first, each takes the best column that is left. */
function greedyPairs(nearness: readonly Float64Array[]): number {
  const most = nearness.map((row) => row.reduce((best, value) => Math.max(best, value), 0));
  const order = [...nearness.keys()].sort((a, b) => most[b]! - most[a]!);
  const taken = new Uint8Array(nearness[0]?.length ?? 0);
  let sum = 0;
  for (const index of order) {
    let [best, value] = [-1, 0];
    for (const [column, candidate] of nearness[index]!.entries()) {
      if (candidate > value && taken[column] === 0) [best, value] = [column, candidate];
    }
    if (best >= 0) taken[best] = 1;
    sum += value;
  }
  return sum;
}
