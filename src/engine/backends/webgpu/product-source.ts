/** What the WGSL of all matrix products has in common: operands, sizes, and how an invocation finds its tile. */
import type { Source } from './program.ts';

/** What a product's source hangs on; all the rest is uniforms. */
export interface ProductForm {
  /** A is `[k, m]` instead of `[m, k]`. */
  turnA: boolean;
  /** B is `[n, k]` instead of `[k, n]`. */
  turnB: boolean;
  /** Adds `bias [n]` to every row. */
  bias: boolean;
  /** Four neighbours of each operand and of the result can be moved together. */
  fours: boolean;
}

/** How many rows and columns of the result a workgroup or an invocation computes; workgroups or invocations are counted from it. */
export interface ProductSource extends Source {
  tile: readonly [rows: number, columns: number];
  /** Whether a tile is a workgroup's or an invocation's. */
  tileOf: 'workgroup' | 'invocation';
}

/** The names that every product's body sees. Batches of A and of B follow each other, and start anew when they are used up. */
export const productSizes = ['m', 'n', 'k', 'batchA', 'batchB', 'tilesM', 'tilesN', 'tiles'] as const;

export const reads = (form: ProductForm): string[] => (form.bias ? ['A', 'B', 'bias'] : ['A', 'B']);

export const nameOf = (variant: string, { turnA, turnB, bias, fours }: ProductForm): string =>
  `product_${variant}${turnA ? '_turnedA' : ''}${turnB ? '_turnedB' : ''}${bias ? '_bias' : ''}${fours ? '_fours' : ''}`;

/** `row` and `column` where the tile starts, and the batch's place in A, in B and in C, in elements. */
export const findTile = ([rows, columns]: readonly [number, number], number: string): string => `
  let tile = ${number};
  if (tile >= sizes.tiles) { return; }
  let perBatch = sizes.tilesM * sizes.tilesN;
  let batch = tile / perBatch;
  let row = tile % perBatch / sizes.tilesN * ${rows}u;
  let column = tile % sizes.tilesN * ${columns}u;
  let atA = batch % sizes.batchA * sizes.m * sizes.k;
  let atB = batch % sizes.batchB * sizes.n * sizes.k;
  let atC = batch * sizes.m * sizes.n;`;

/** `text` once for each of `0 … count − 1`. */
export const each = (count: number, text: (index: number) => string, between = '\n'): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(between);
