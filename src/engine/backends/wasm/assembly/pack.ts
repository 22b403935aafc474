/** Copies of B in the order that the tile reads it. */

/** B's columns in panels of 8, each row by row, the last one filled up with zeros. `ldb`: bytes from row to row. */
export function packRows(b: usize, ldb: usize, k: usize, columns: usize, to: usize): void {
  let column: usize = 0;
  for (; column + 8 <= columns; column += 8) {
    let from = b + column * 4;
    for (let row: usize = 0; row < k; row++) {
      v128.store(to, v128.load(from)), v128.store(to, v128.load(from, 16), 16);
      from += ldb, to += 32;
    }
  }
  if (column < columns) packEdge(b + column * 4, ldb, 4, k, columns - column, to);
}

/** The same of B stored turned, `[columns, k]`; `ldb`: bytes from column to column. */
export function packTurned(b: usize, ldb: usize, k: usize, columns: usize, to: usize): void {
  let column: usize = 0;
  for (; column + 8 <= columns; column += 8) {
    turnPanel(b + column * ldb, ldb, k, to);
    to += 32 * k;
  }
  if (column < columns) packEdge(b + column * ldb, 4, ldb, k, columns - column, to);
}

function packEdge(b: usize, rowStride: usize, columnStride: usize, k: usize, columns: usize, to: usize): void {
  const zero = f32x4.splat(0);
  for (let row: usize = 0; row < k; row++) {
    let from = b + row * rowStride;
    v128.store(to, zero), v128.store(to, zero, 16);
    for (let column: usize = 0; column < columns; column++) {
      store<f32>(to + column * 4, load<f32>(from));
      from += columnStride;
    }
    to += 32;
  }
}

function turnPanel(b: usize, ldb: usize, k: usize, to: usize): void {
  let row: usize = 0;
  for (; row + 4 <= k; row += 4) {
    turn4(b + row * 4, ldb, to + row * 32);
    turn4(b + 4 * ldb + row * 4, ldb, to + row * 32 + 16);
  }
  for (; row < k; row++) {
    for (let column: usize = 0; column < 8; column++) {
      store<f32>(to + row * 32 + column * 4, load<f32>(b + column * ldb + row * 4));
    }
  }
}

/** 4 × 4 numbers turned; `to`'s rows are 32 bytes apart. */
@inline
function turn4(from: usize, stride: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load((from += stride));
  const c = v128.load((from += stride));
  const d = v128.load(from + stride);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab, cd, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 96);
}
