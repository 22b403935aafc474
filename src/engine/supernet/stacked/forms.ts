/** Kinds of M and U whose layers fold at once, and the operations that fold them. */
import type * as tf from '@tensorflow/tfjs-core';
import type { FoldShape, FrozenLayers } from '../../ops/fold/fold-shape.ts';
import { fullFold, fullFoldGradient } from '../../ops/fold/full.ts';
import type { Factors } from '../../ops/fold/low-rank.ts';
import { keptNames, lowRankFold, lowRankFoldGradient } from '../../ops/fold/low-rank.ts';
import type { MatrixKind } from '../../recipe.ts';

export interface StackedForm {
  /** The learnable parts of M, each stacked `[p·L, …]`, and of U, each `[L, …]`, by their short names. */
  merge: readonly string[];
  unmerge: readonly string[];
  /** From these parts, M's first: the folded layers, flat, and what is kept for `gradient`. */
  fold(learned: readonly tf.Tensor[], frozen: FrozenLayers, shape: FoldShape): [tf.Tensor, ...tf.Tensor[]];
  /** Gradients of the parts, in the same order. */
  gradient(
    dy: tf.Tensor,
    learned: readonly tf.Tensor[],
    frozen: FrozenLayers,
    shape: FoldShape,
    kept: readonly tf.Tensor[],
  ): tf.Tensor[];
}

const full: StackedForm = {
  merge: ['full'],
  unmerge: ['full'],
  fold: ([m, u], frozen, shape) =>
    fullFold({ ...frozen, m: m as tf.Tensor, u: u as tf.Tensor }, shape) as [tf.Tensor, tf.Tensor],
  gradient: (dy, [m, u], frozen, shape, [half]) =>
    fullFoldGradient({ ...frozen, m: m as tf.Tensor, u: u as tf.Tensor, half: half as tf.Tensor, dy }, shape),
};

const factorOf = { merge: { diag: 'D', a: 'A', b: 'B' }, unmerge: { diag: 'E', a: 'C', b: 'F' } } as const;

/** A kind that has these parts, in this order. */
function lowRank(parts: readonly ('diag' | 'a' | 'b')[]): StackedForm {
  const names = [...parts.map((part) => factorOf.merge[part]), ...parts.map((part) => factorOf.unmerge[part])];
  const factors = (learned: readonly tf.Tensor[]): Factors & Record<string, tf.Tensor> =>
    Object.fromEntries(names.map((name, index) => [name, learned[index] as tf.Tensor]));
  return {
    merge: parts,
    unmerge: parts,
    fold: (learned, frozen, shape) =>
      lowRankFold({ ...frozen, ...factors(learned) }, shape) as [tf.Tensor, ...tf.Tensor[]],
    gradient(dy, learned, frozen, shape, kept) {
      const named = Object.fromEntries(kept.map((tensor, index) => [keptNames[index] ?? '', tensor]));
      const inputs = { ...frozen, ...factors(learned), ...named, G: kept[0] as tf.Tensor, dy };
      return lowRankFoldGradient(inputs, shape);
    },
  };
}

/** Kinds whose every matrix is of one form. */
export const stackedForms: Partial<Record<MatrixKind, StackedForm>> = {
  full,
  diagonal: lowRank(['diag']),
  'low-rank': lowRank(['a', 'b']),
  'diagonal+low-rank': lowRank(['diag', 'a', 'b']),
};
