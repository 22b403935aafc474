/** The inside of every matrix product: `C = from + A B` for up to 6 rows and 8 columns of C, held in registers. */
import { multiplyAdd } from './simd';

/**
 * Rows of the tallest tile: its sums, a row of B and a number of A must fit into 16 registers. Where the product needs one of
 * its own before it is added, six rows do not.
 */
export const TALLEST: usize = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/**
 * C `[rows, 8]` = from + A `[rows, k]` · B `[k, 8]`, for 1 to `TALLEST` rows. `turned`: A is stored column by column. `lda`,
 * `ldb`, `ldc`: bytes from one stored row to the next. `from`'s rows are `fromStride` bytes apart: 0 for one row under all.
 */
@inline
export function multiplyTile(
  rows: usize,
  a: usize, lda: usize, turned: bool,
  b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize,
  c: usize, ldc: usize,
): void {
  if (turned) {
    if (TALLEST > 4 && rows == 6) columns6(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (TALLEST > 4 && rows == 5) columns5(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 4) columns4(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 3) columns3(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 2) columns2(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else columns1(a, lda, b, ldb, k, from, fromStride, c, ldc);
  } else {
    if (TALLEST > 4 && rows == 6) rows6(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (TALLEST > 4 && rows == 5) rows5(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 4) rows4(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 3) rows3(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else if (rows == 2) rows2(a, lda, b, ldb, k, from, fromStride, c, ldc);
    else rows1(a, lda, b, ldb, k, from, fromStride, c, ldc);
  }
}

/**
 * `rows` is known when this is compiled, and so is `columns`: whether A is stored column by column, its rows side by side.
 * Else A's rows are `rowStride` bytes apart. One column of A is `step` bytes from the next.
 */
@inline
function tile(
  rows: i32, columns: bool,
  a: usize, rowStride: usize, step: usize,
  b: usize, ldb: usize,
  k: usize,
  from: usize, fromStride: usize,
  c: usize, ldc: usize,
): void {
  const zero = f32x4.splat(0);
  let c00 = v128.load(from), c01 = v128.load(from, 16);
  let c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  let c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  let a1: usize = 0, a2: usize = 0, a3: usize = 0, a4: usize = 0, a5: usize = 0;
  if (rows > 1) {
    a1 = a + rowStride;
    c10 = v128.load(from += fromStride), c11 = v128.load(from, 16);
  }
  if (rows > 2) {
    a2 = a1 + rowStride;
    c20 = v128.load(from += fromStride), c21 = v128.load(from, 16);
  }
  if (rows > 3) {
    a3 = a2 + rowStride;
    c30 = v128.load(from += fromStride), c31 = v128.load(from, 16);
  }
  if (rows > 4) {
    a4 = a3 + rowStride;
    c40 = v128.load(from += fromStride), c41 = v128.load(from, 16);
  }
  if (rows > 5) {
    a5 = a4 + rowStride;
    c50 = v128.load(from += fromStride), c51 = v128.load(from, 16);
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += ldb;
    let x = v128.load32_splat(a);
    c00 = multiplyAdd(x, b0, c00), c01 = multiplyAdd(x, b1, c01);
    if (rows > 1) {
      x = columns ? v128.load32_splat(a, 4) : v128.load32_splat(a1);
      c10 = multiplyAdd(x, b0, c10), c11 = multiplyAdd(x, b1, c11);
    }
    if (rows > 2) {
      x = columns ? v128.load32_splat(a, 8) : v128.load32_splat(a2);
      c20 = multiplyAdd(x, b0, c20), c21 = multiplyAdd(x, b1, c21);
    }
    if (rows > 3) {
      x = columns ? v128.load32_splat(a, 12) : v128.load32_splat(a3);
      c30 = multiplyAdd(x, b0, c30), c31 = multiplyAdd(x, b1, c31);
    }
    if (rows > 4) {
      x = columns ? v128.load32_splat(a, 16) : v128.load32_splat(a4);
      c40 = multiplyAdd(x, b0, c40), c41 = multiplyAdd(x, b1, c41);
    }
    if (rows > 5) {
      x = columns ? v128.load32_splat(a, 20) : v128.load32_splat(a5);
      c50 = multiplyAdd(x, b0, c50), c51 = multiplyAdd(x, b1, c51);
    }
    a += step;
    if (!columns) {
      a1 += step, a2 += step, a3 += step, a4 += step, a5 += step;
    }
  }
  v128.store(c, c00), v128.store(c, c01, 16);
  if (rows > 1) v128.store((c += ldc), c10), v128.store(c, c11, 16);
  if (rows > 2) v128.store((c += ldc), c20), v128.store(c, c21, 16);
  if (rows > 3) v128.store((c += ldc), c30), v128.store(c, c31, 16);
  if (rows > 4) v128.store((c += ldc), c40), v128.store(c, c41, 16);
  if (rows > 5) v128.store((c += ldc), c50), v128.store(c, c51, 16);
}

/** A row by row. */
function rows6(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(6, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}
function rows5(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(5, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}
function rows4(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(4, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}
function rows3(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(3, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}
function rows2(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(2, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}
function rows1(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(1, false, a, lda, 4, b, ldb, k, from, fromStride, c, ldc);
}

/** A column by column. */
function columns6(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(6, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
function columns5(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(5, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
function columns4(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(4, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
function columns3(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(3, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
function columns2(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(2, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
function columns1(
  a: usize, lda: usize, b: usize, ldb: usize, k: usize,
  from: usize, fromStride: usize, c: usize, ldc: usize,
): void {
  tile(1, true, a, 4, lda, b, ldb, k, from, fromStride, c, ldc);
}
