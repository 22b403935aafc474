/** What crosses of M and U, and what the worker beside the one that trains makes of them: pictures and facts. */
import type { MatrixSpec } from '../engine/architectures/fold-plan.ts';
import type { MatrixFacts } from '../engine/inspection/facts.ts';
import type { Sums } from '../engine/inspection/picture.ts';

export type { MatrixFacts } from '../engine/inspection/facts.ts';
export type { Likeness } from '../engine/inspection/likeness.ts';

export interface MatrixInfo {
  /** "blocks.0.attention.M_query". */
  name: string;
  /** Where it sits, in words: "block 1 · attention · M query". */
  label: string;
  /** The layer it belongs to, for grouping: "block 1". */
  group: string;
  role: MatrixSpec['role'];
  rows: number;
  columns: number;
  /** Heads that the merged features are laid out in; null where they are not. */
  heads: number | null;
  /** Which part of the whole belongs to each block: share of the squared entries, summing to 1. */
  shares: number[];
  /** Size of the largest entry. */
  largest: number;
  /** The source of each block; null: the merge so far of a sequential merge. */
  owners: (number | null)[];
}

export interface MatrixValues extends MatrixInfo {
  /** Row-major, `rows * columns`; in shared memory where there is any. */
  values: Float32Array;
  /** First row (M) or column (U) of each block, and the end. */
  bounds: number[];
  step: number;
}

export interface PictureOptions {
  /** Packed pixels, the colours from −end to end. */
  table: Uint32Array;
  /** Where the colours end. */
  end: number;
  /** Whether the merged features are ordered by their strongest source. */
  sorted: boolean;
}

export interface MatrixPicture {
  /** The matrix, a pixel an entry, then half the size and so on, where every pixel is the largest entry of those it stands for. */
  levels: ImageBitmap[];
  /** Sums of rows, one pixel wide, and of columns, one pixel high, each in colours that end at its largest. */
  rowSums: ImageBitmap;
  columnSums: ImageBitmap;
  /** In the matrix' own order. */
  sums: Sums;
  /** The merged feature at each place; null: in their own order. */
  order: Uint32Array<ArrayBuffer> | null;
}

export interface InspectorApi {
  picture(matrix: MatrixValues, options: PictureOptions): Promise<MatrixPicture>;
  /** Takes seconds for large matrices. */
  facts(matrix: MatrixValues): Promise<MatrixFacts>;
}
