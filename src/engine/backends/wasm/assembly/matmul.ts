/** The matrix product, in blocks that stay in the caches. Strides are in bytes, sizes in numbers. */
import { packRows, packTurned } from './pack';
import { multiplyTile, TALLEST } from './tile';

/** Largest block: rows of A, columns of B (a multiple of 8), and what they share. */
const HEIGHT: usize = 96;
const WIDTH: usize = 512;
const DEPTH: usize = 256;

/** Up to so many rows, reading B where it lies costs less than packing it. */
const FEW_ROWS: usize = 12;

/** Scratch: a row of zeros, the last columns' bias, one tile, then B's packed block. */
const ZEROS: usize = 0;
const BIAS: usize = 32;
const EDGE: usize = 64;
const PACKED_B: usize = 256;

/** Bytes of scratch that `matMul` wants. */
export const MATMUL_SCRATCH: usize = PACKED_B + WIDTH * DEPTH * 4;

/**
 * C `[m, n]` = A `[m, k]` · B `[k, n]` + bias `[n]` (none: 0; C itself: onto what is there). `turnedA`: A is stored `[k, m]`; `turnedB`: B is stored `[n, k]`.
 * `lda`, `ldb`, `ldc`: from one stored row to the next.
 */
export function matMul(
  m: usize, n: usize, k: usize,
  a: usize, lda: usize, turnedA: bool,
  b: usize, ldb: usize, turnedB: bool,
  c: usize, ldc: usize,
  bias: usize, scratch: usize,
): void {
  const zero = f32x4.splat(0);
  v128.store(scratch + ZEROS, zero), v128.store(scratch + ZEROS, zero, 16);
  v128.store(scratch + BIAS, zero), v128.store(scratch + BIAS, zero, 16);
  for (let column: usize = 0; column < n; column += WIDTH) {
    const width = min(WIDTH, n - column);
    let inner: usize = 0;
    do {
      const depth = min(DEPTH, k - inner);
      const blockA = a + inner * (turnedA ? lda : 4);
      const blockB = turnedB ? b + column * ldb + inner * 4 : b + inner * ldb + column * 4;
      const blockC = c + column * 4;
      const start = inner > 0 ? blockC : bias ? bias + column * 4 : 0;
      block(m, width, depth, blockA, lda, turnedA, blockB, ldb, turnedB, blockC, ldc, start, scratch);
      inner += DEPTH;
    } while (inner < k);
  }
}

/** All rows of one block of B. `start`: C itself to add to it, a bias, or 0. */
function block(
  m: usize, n: usize, k: usize,
  a: usize, lda: usize, turnedA: bool,
  b: usize, ldb: usize, turnedB: bool,
  c: usize, ldc: usize,
  start: usize, scratch: usize,
): void {
  const packedB = scratch + PACKED_B;
  const whole = n & ~7;
  const inPlace = !turnedB && m <= FEW_ROWS;
  if (turnedB) packTurned(b, ldb, k, n, packedB);
  else if (!inPlace) packRows(b, ldb, k, n, packedB);
  else if (whole < n) packRows(b + whole * 4, ldb, k, n - whole, packedB + whole * 4 * k);
  for (let row: usize = 0; row < m; row += HEIGHT) {
    const height = min(HEIGHT, m - row);
    const rowsA = a + row * (turnedA ? 4 : lda);
    for (let column: usize = 0; column < n; column += 8) {
      const direct = inPlace && column < whole;
      const panel = direct ? b + column * 4 : packedB + column * 4 * k;
      const columns = min<usize>(8, n - column);
      const corner = c + row * ldc + column * 4;
      let from = start == c ? corner : start ? start + column * 4 : scratch + ZEROS;
      if (columns < 8 && start && start != c) {
        copyRows(1, columns, from, 0, scratch + BIAS, 0);
        from = scratch + BIAS;
      }
      const stride = direct ? ldb : 32;
      const fromStride = start == c ? ldc : 0;
      strips(height, columns, k, rowsA, lda, turnedA, panel, stride, from, fromStride, corner, ldc, scratch);
    }
  }
}

/** One panel of B against all rows of a block of A. */
function strips(
  rows: usize, columns: usize, k: usize,
  a: usize, lda: usize, turned: bool,
  b: usize, ldb: usize,
  from: usize, fromStride: usize,
  c: usize, ldc: usize,
  scratch: usize,
): void {
  const edge = scratch + EDGE;
  while (rows > 0) {
    const height = min(rows, TALLEST);
    if (columns == 8) {
      multiplyTile(height, a, lda, turned, b, ldb, k, from, fromStride, c, ldc);
    } else if (fromStride == 0) {
      multiplyTile(height, a, lda, turned, b, ldb, k, from, 0, edge, 32);
      copyRows(height, columns, edge, 32, c, ldc);
    } else {
      copyRows(height, columns, from, fromStride, edge, 32);
      multiplyTile(height, a, lda, turned, b, ldb, k, edge, 32, edge, 32);
      copyRows(height, columns, edge, 32, c, ldc);
    }
    a += height * (turned ? 4 : lda);
    from += height * fromStride;
    c += height * ldc;
    rows -= height;
  }
}

function copyRows(rows: usize, columns: usize, from: usize, fromStride: usize, to: usize, toStride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < columns; column++) {
      store<f32>(to + column * 4, load<f32>(from + column * 4));
    }
    from += fromStride, to += toStride;
  }
}
