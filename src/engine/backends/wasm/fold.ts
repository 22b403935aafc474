/**
 * The stacked folds on the wasm heap, layer by layer where the stacks lie: nothing is rearranged, and what a layer needs in passing
 * is scratch. ops/fold says what is computed; the letters are those of its formulas.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { FoldShape } from '../../ops/fold/fold-shape.ts';
import { factorNames } from '../../ops/fold/low-rank.ts';
import type { Heap, Kernel } from './heap.ts';

/** By name; what a kind has no part for is not there. */
type Tensors = Record<string, tf.TensorInfo | undefined>;

export const fullFold: Kernel = ({ inputs, attributes, heap }) => {
  const shape = attributes as FoldShape;
  const { sources: n, out: o, into: d, mergedOut, mergedInto } = shape;
  const [flat, half] = [heap.output([foldedSize(shape)]), heap.output([layers(shape), n * o, mergedInto])];
  const at = addresses(heap, { ...inputs, flat, half });
  const { multiply } = products(heap, 0);
  for (const { layer, bundle, frozen, folded } of eachLayer(shape)) {
    const [G, M] = [at('half', layer * n * o * mergedInto), at('m', layer * n * o * mergedOut)];
    for (let s = 0; s < n; s++) {
      const [W, U] = [at('weights', (frozen + s) * o * d), at('u', bundle * mergedInto * n * d + s * d)];
      multiply([o, mergedInto, d], plain(W, d), turned(U, n * d), plain(G + 4 * s * o * mergedInto, mergedInto));
    }
    const [weight, bias] = [at('flat', folded.weight), at('flat', folded.bias)];
    multiply([mergedOut, mergedInto, n * o], turned(M, mergedOut), plain(G, mergedInto), plain(weight, mergedInto));
    const b = at('biases', layer * n * o);
    multiply([1, mergedOut, n * o], plain(b, n * o), plain(M, mergedOut), plain(bias, mergedOut));
  }
  return [flat, half];
};

export const fullFoldGradient: Kernel = ({ inputs, attributes, heap }) => {
  const shape = attributes as FoldShape;
  const { sources: n, out: o, into: d, mergedOut, mergedInto } = shape;
  const results = { dm: like(heap, inputs.m as tf.TensorInfo), du: like(heap, inputs.u as tf.TensorInfo) };
  const at = addresses(heap, { ...inputs, ...results });
  const { multiply, room } = products(heap, n * o * mergedInto);
  const [dG] = room([n * o * mergedInto]) as [number];
  for (const { layer, bundle, part, frozen, folded } of eachLayer(shape)) {
    const [Y, y, b] = [at('dy', folded.weight), at('dy', folded.bias), at('biases', layer * n * o)];
    const [G, M] = [at('half', layer * n * o * mergedInto), at('m', layer * n * o * mergedOut)];
    const dM = plain(at('dm', layer * n * o * mergedOut), mergedOut);
    multiply([n * o, mergedOut, mergedInto], plain(G, mergedInto), turned(Y, mergedInto), dM);
    multiply([n * o, mergedOut, 1], plain(b, 1), plain(y, mergedOut), dM, true);
    multiply([n * o, mergedInto, mergedOut], plain(M, mergedOut), plain(Y, mergedInto), plain(dG, mergedInto));
    for (let s = 0; s < n; s++) {
      const W = plain(at('weights', (frozen + s) * o * d), d);
      const dU = plain(at('du', bundle * mergedInto * n * d + s * d), n * d);
      multiply([mergedInto, d, o], turned(dG + 4 * s * o * mergedInto, mergedInto), W, dU, part > 0);
    }
  }
  return [results.dm, results.du];
};

export const lowRankFold: Kernel = ({ inputs, attributes, heap }) => {
  const shape = attributes as FoldShape;
  const { sources: n, out: o, mergedInto } = shape;
  const [rank, inner] = ranks(inputs);
  const count = layers(shape);
  const flat = heap.output([foldedSize(shape)]);
  const shapes = {
    G: [count, n * o, mergedInto],
    ...(rank > 0 && { Z: [count, n * o, inner], H: [count, rank, mergedInto], bA: [count, 1, rank] }),
  };
  const kept = new Map(Object.entries(shapes).map(([name, sizes]) => [name, heap.output(sizes)]));
  const fold = lowRankLayers(heap, { ...inputs, flat, ...Object.fromEntries(kept) }, shape, 0);
  for (const layer of eachLayer(shape)) {
    foldHalf(fold, layer);
    foldOuter(fold, layer);
  }
  return [flat, ...kept.values()];
};

export const lowRankFoldGradient: Kernel = ({ inputs, attributes, heap }) => {
  const shape = attributes as FoldShape;
  const { sources: n, out: o, mergedInto } = shape;
  const [rank, inner] = ranks(inputs);
  const names = factorNames.filter((name) => inputs[name]);
  const results = Object.fromEntries(names.map((name) => [`d${name}`, like(heap, inputs[name] as tf.TensorInfo)]));
  const sizes = [n * o * mergedInto, rank * mergedInto, n * o * inner, rank];
  const room = sizes.reduce((sum, size) => sum + size);
  const fold = lowRankLayers(heap, { ...inputs, ...results }, shape, room);
  const [dG, dH, dZ, yB] = fold.room(sizes) as [number, number, number, number];
  for (const layer of eachLayer(shape)) {
    outerGradient(fold, layer, dG, dH, yB);
    halfGradient(fold, layer, dG, dZ);
  }
  return names.map((name) => results[`d${name}`] as tf.TensorInfo);
};

/** Ranks of M and of U; 0 where there are diagonals only. */
const ranks = ({ A, C }: Tensors): [number, number] => [A?.shape[2] ?? 0, C?.shape[2] ?? 0];

/** What the steps of a layer's fold share. */
const lowRankLayers = (heap: Heap, tensors: Tensors, shape: FoldShape, room: number) => ({
  ...shape,
  ...products(heap, room),
  assembly: heap.assembly,
  at: addresses(heap, tensors),
  ranks: ranks(tensors),
  diagonal: tensors.D !== undefined,
});

type LowRankLayers = ReturnType<typeof lowRankLayers>;

/** Z and G. */
function foldHalf(fold: LowRankLayers, { layer, bundle, frozen }: Layer): void {
  const { at, multiply, assembly, diagonal, sources: n, out: o, into: d, mergedInto } = fold;
  const inner = fold.ranks[1];
  const G = at('G', layer * n * o * mergedInto);
  for (let s = 0; s < n; s++) {
    const W = at('weights', (frozen + s) * o * d);
    if (diagonal) {
      const E = at('E', (bundle * n + s) * mergedInto);
      assembly.multiply(W, d, 1, E, 0, 1, G + 4 * s * o * mergedInto, o, mergedInto);
    }
    if (inner > 0) {
      const F = turned(at('F', bundle * inner * n * d + s * d), n * d);
      multiply([o, inner, d], plain(W, d), F, plain(at('Z', (layer * n + s) * o * inner), inner));
    }
  }
  if (inner === 0) return;
  const [Z, C] = [at('Z', layer * n * o * inner), at('C', bundle * mergedInto * inner)];
  multiply([n * o, mergedInto, inner], plain(Z, inner), turned(C, inner), plain(G, mergedInto), diagonal);
}

/** W̃ and b̃, H and b A. */
function foldOuter(fold: LowRankLayers, { layer, folded }: Layer): void {
  const { at, multiply, assembly, diagonal, sources: n, out: o, mergedOut, mergedInto } = fold;
  const rank = fold.ranks[0];
  const [G, b] = [at('G', layer * n * o * mergedInto), at('biases', layer * n * o)];
  const [weight, bias] = [at('flat', folded.weight), at('flat', folded.bias)];
  if (diagonal) {
    const D = at('D', layer * n * mergedOut);
    assembly.scaledSum(G, D, weight, n, mergedOut, mergedInto);
    assembly.columnDots(b, D, bias, n, mergedOut, false);
  }
  if (rank === 0) return;
  const [A, B] = [at('A', layer * n * o * rank), at('B', layer * rank * mergedOut)];
  const [H, bA] = [at('H', layer * rank * mergedInto), at('bA', layer * rank)];
  multiply([rank, mergedInto, n * o], turned(A, rank), plain(G, mergedInto), plain(H, mergedInto));
  const W = plain(weight, mergedInto);
  multiply([mergedOut, mergedInto, rank], turned(B, mergedOut), plain(H, mergedInto), W, diagonal);
  multiply([1, rank, n * o], plain(b, n * o), plain(A, rank), plain(bA, rank));
  multiply([1, mergedOut, rank], plain(bA, rank), plain(B, mergedOut), plain(bias, mergedOut), diagonal);
}

/** dD, dA, dB; into the room given dG, dH and y Bᵀ. */
function outerGradient(fold: LowRankLayers, { layer, folded }: Layer, dG: number, dH: number, yB: number): void {
  const { at, multiply, assembly, diagonal, sources: n, out: o, mergedOut, mergedInto } = fold;
  const rank = fold.ranks[0];
  const [Y, y, b] = [at('dy', folded.weight), at('dy', folded.bias), at('biases', layer * n * o)];
  const G = at('G', layer * n * o * mergedInto);
  for (let s = 0; diagonal && s < n; s++) {
    const place = (layer * n + s) * mergedOut;
    const block = 4 * s * o * mergedInto;
    assembly.multiply(Y, mergedInto, 1, at('D', place), 1, 0, dG + block, mergedOut, mergedInto);
    assembly.rowDots(G + block, Y, at('dD', place), mergedOut, mergedInto);
    assembly.columnDots(b + 4 * s * o, y, at('dD', place), 1, mergedOut, true);
  }
  if (rank === 0) return;
  const [A, B] = [at('A', layer * n * o * rank), at('B', layer * rank * mergedOut)];
  const [H, bA] = [at('H', layer * rank * mergedInto), at('bA', layer * rank)];
  const dB = plain(at('dB', layer * rank * mergedOut), mergedOut);
  multiply([rank, mergedOut, mergedInto], plain(H, mergedInto), turned(Y, mergedInto), dB);
  multiply([rank, mergedOut, 1], plain(bA, 1), plain(y, mergedOut), dB, true);
  const dA = plain(at('dA', layer * n * o * rank), rank);
  multiply([rank, mergedInto, mergedOut], plain(B, mergedOut), plain(Y, mergedInto), plain(dH, mergedInto));
  multiply([n * o, rank, mergedInto], plain(G, mergedInto), turned(dH, mergedInto), dA);
  multiply([1, rank, mergedOut], plain(y, mergedOut), turned(B, mergedOut), plain(yB, rank));
  multiply([n * o, rank, 1], plain(b, 1), plain(yB, rank), dA, true);
  multiply([n * o, mergedInto, rank], plain(A, rank), plain(dH, mergedInto), plain(dG, mergedInto), diagonal);
}

/** dE, dC, dF; into the room given dZ. */
function halfGradient(fold: LowRankLayers, { layer, bundle, part, frozen }: Layer, dG: number, dZ: number): void {
  const { at, multiply, assembly, diagonal, sources: n, out: o, into: d, mergedInto } = fold;
  const inner = fold.ranks[1];
  if (inner > 0) {
    const [Z, C] = [at('Z', layer * n * o * inner), at('C', bundle * mergedInto * inner)];
    const dC = plain(at('dC', bundle * mergedInto * inner), inner);
    multiply([mergedInto, inner, n * o], turned(dG, mergedInto), plain(Z, inner), dC, part > 0);
    multiply([n * o, inner, mergedInto], plain(dG, mergedInto), plain(C, inner), plain(dZ, inner));
  }
  for (let s = 0; s < n; s++) {
    const W = at('weights', (frozen + s) * o * d);
    if (inner > 0) {
      const dF = plain(at('dF', bundle * inner * n * d + s * d), n * d);
      multiply([inner, d, o], turned(dZ + 4 * s * o * inner, inner), plain(W, d), dF, part > 0);
    }
    if (diagonal) {
      const dE = at('dE', (bundle * n + s) * mergedInto);
      assembly.columnDots(W, dG + 4 * s * o * mergedInto, dE, o, mergedInto, part > 0);
    }
  }
}

/** A matrix in memory: its address, the numbers of a stored row, and whether it is stored turned. */
interface Matrix {
  address: number;
  stride: number;
  turned: boolean;
}

const plain = (address: number, stride: number): Matrix => ({ address, stride, turned: false });
const turned = (address: number, stride: number): Matrix => ({ address, stride, turned: true });

/** Products of matrices in memory, and room for `count` numbers besides what they need themselves. */
function products(heap: Heap, count: number) {
  const own = heap.assembly.matMulScratch();
  const scratch = heap.scratch(own + 4 * count + 64);
  return {
    /** C `[rows, columns]` = A B, onto what is there if `onto`. */
    multiply([m, n, k]: [rows: number, columns: number, inner: number], a: Matrix, b: Matrix, c: Matrix, onto = false) {
      const start = onto ? c.address : 0;
      const [lda, ldb, ldc] = [4 * a.stride, 4 * b.stride, 4 * c.stride];
      heap.assembly.matMul(m, n, k, a.address, lda, a.turned, b.address, ldb, b.turned, c.address, ldc, start, scratch);
    },
    /** Addresses of so many numbers each. */
    room(sizes: readonly number[]): number[] {
      let next = scratch + own;
      return sizes.map((size) => {
        const address = next;
        next += 4 * size;
        return address;
      });
    },
  };
}

/** Where in which tensor a number lies. */
function addresses(heap: Heap, tensors: Tensors): (name: string, index: number) => number {
  const known = new Map(Object.entries(tensors).map(([name, tensor]) => [name, tensor && heap.address(tensor)]));
  return (name, index) => {
    const address = known.get(name);
    if (address === undefined) throw new RangeError(`the fold has no ${name}`);
    return address + 4 * index;
  };
}

interface Layer {
  part: number;
  bundle: number;
  layer: number;
  /** The first of the sources' layers. */
  frozen: number;
  /** Where the merged layer lies in the flat result. */
  folded: { weight: number; bias: number };
}

/** Part by part, in each bundle by bundle. */
function* eachLayer({ sources, parts, bundles, mergedOut, mergedInto }: FoldShape): Generator<Layer> {
  const size = mergedOut * mergedInto;
  for (let part = 0; part < parts; part++) {
    for (let bundle = 0; bundle < bundles; bundle++) {
      const layer = part * bundles + bundle;
      const start = bundle * parts * (size + mergedOut);
      const folded = { weight: start + part * size, bias: start + parts * size + part * mergedOut };
      yield { part, bundle, layer, frozen: layer * sources, folded };
    }
  }
}

const layers = ({ parts, bundles }: FoldShape): number => parts * bundles;

const foldedSize = ({ parts, bundles, mergedOut, mergedInto }: FoldShape): number =>
  parts * bundles * mergedOut * (mergedInto + 1);

const like = (heap: Heap, { shape }: tf.TensorInfo): tf.TensorInfo => heap.output([...shape]);
