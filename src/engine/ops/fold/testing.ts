/** Test support: folds of layers of every kind, their results and what the gradient gives for any `dy`. */
import type * as tf from '@tensorflow/tfjs-core';
import type { OperationCase } from '../testing-case.ts';
import type { FoldShape, FrozenLayers } from './fold-shape.ts';
import { fullFold, fullFoldGradient } from './full.ts';
import { factorNames, keptNames, lowRankFold, lowRankFoldGradient } from './low-rank.ts';

/** Layers of one U and of three, sizes that are multiples of the tiles and none. */
const alike = [
  { sources: 2, parts: 1, bundles: 1, out: 3, into: 5, mergedOut: 3, mergedInto: 5 },
  { sources: 3, parts: 3, bundles: 2, out: 9, into: 7, mergedOut: 9, mergedInto: 7 },
  { sources: 2, parts: 1, bundles: 4, out: 16, into: 24, mergedOut: 16, mergedInto: 24 },
  { sources: 2, parts: 3, bundles: 1, out: 33, into: 17, mergedOut: 33, mergedInto: 17 },
];

/** A merged layer of another size has no diagonals. */
const unequal = { sources: 2, parts: 3, bundles: 2, out: 5, into: 6, mergedOut: 8, mergedInto: 9 };

const isIn = (names: readonly string[], name: string): boolean => names.includes(name);

const kinds = [['D', 'E'], ['A', 'B', 'C', 'F'], factorNames] as const;

const lowRankCases = [
  ...alike.flatMap((shape) => kinds.map((names) => ({ shape, names }))),
  { shape: unequal, names: kinds[1] },
];

const byName = (names: readonly string[], tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
  Object.fromEntries(tensors.map((tensor, index) => [names[index] ?? '', tensor]));

export const foldCases: readonly OperationCase[] = [
  ...lowRankCases.map(({ shape, names }) => ({
    title: `fold with ${names.join(', ')} of ${JSON.stringify(shape)}`,
    shapes: [
      ...frozenShapes(shape),
      ...factorNames.filter((name) => isIn(names, name)).map((name) => factorShapes(shape)[name]),
    ],
    run: ([dy, weights, biases, ...parts]: tf.Tensor[]) => {
      const factors = byName(
        factorNames.filter((name) => isIn(names, name)),
        parts,
      );
      const inputs = { ...factors, weights, biases } as FrozenLayers;
      const [folded, ...kept] = lowRankFold(inputs, shape) as [tf.Tensor, ...tf.Tensor[]];
      const all = { ...inputs, ...byName(keptNames, kept), dy, G: kept[0] } as Parameters<
        typeof lowRankFoldGradient
      >[0];
      return [folded, ...kept, ...lowRankFoldGradient(all, shape)];
    },
  })),
  ...[...alike, unequal].map((shape) => ({
    title: `full fold of ${JSON.stringify(shape)}`,
    shapes: [...frozenShapes(shape), fullShapes(shape).m, fullShapes(shape).u],
    run: ([dy, weights, biases, m, u]: tf.Tensor[]) => {
      const inputs = { weights, biases, m, u } as Parameters<typeof fullFold>[0];
      const [folded, half] = fullFold(inputs, shape) as [tf.Tensor, tf.Tensor];
      return [folded, half, ...fullFoldGradient({ ...inputs, half, dy: dy as tf.Tensor }, shape)];
    },
  })),
];

/** Of dy, weights and biases. */
function frozenShapes({ sources: n, parts, bundles, out, into, mergedOut, mergedInto }: FoldShape): number[][] {
  const layers = parts * bundles;
  return [[layers * mergedOut * (mergedInto + 1)], [parts, bundles * n, out, into], [layers, 1, n * out]];
}

function fullShapes({ sources: n, parts, bundles, out, into, mergedOut, mergedInto }: FoldShape) {
  return { m: [parts * bundles, n * out, mergedOut], u: [bundles, mergedInto, n * into] };
}

/** Ranks 3 and 9: of M and of U they may differ. */
function factorShapes({ sources: n, parts, bundles, out, into, mergedOut, mergedInto }: FoldShape) {
  const layers = parts * bundles;
  return {
    D: [layers, n * mergedOut],
    A: [layers, n * out, 3],
    B: [layers, 3, mergedOut],
    E: [bundles, n * mergedInto],
    C: [bundles, mergedInto, 9],
    F: [bundles, 9, n * into],
  };
}
