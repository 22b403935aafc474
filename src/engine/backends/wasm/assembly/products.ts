/** Products entry by entry that are added up: what diagonal matrices fold with, and their gradients. */
import { laneSum, loadPart, multiplyAdd, storePart } from './simd';

/** out `[rows, columns]` = Σ over `count` blocks of x `[count, rows, columns]`, row i of block s times scale `[count, rows]` there. */
export function scaledSum(x: usize, scale: usize, out: usize, count: usize, rows: usize, columns: usize): void {
  const block = rows * columns * 4;
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < columns; column += 4) {
      const width = min<usize>(4, columns - column);
      let total = f32x4.splat(0);
      let from = x + column * 4, factor = scale;
      for (let s: usize = 0; s < count; s++) {
        total = multiplyAdd(loadPart(from, width), v128.load32_splat(factor), total);
        from += block, factor += rows * 4;
      }
      storePart(out + column * 4, total, width);
    }
    x += columns * 4, out += columns * 4, scale += 4;
  }
}

/** out `[rows]`: the products of each row of x and y `[rows, columns]`, added up. */
export function rowDots(x: usize, y: usize, out: usize, rows: usize, columns: usize): void {
  for (; rows > 0; rows--) {
    let a = f32x4.splat(0), b = a;
    let left = columns;
    for (; left >= 8; left -= 8) {
      a = multiplyAdd(v128.load(x), v128.load(y), a), b = multiplyAdd(v128.load(x, 16), v128.load(y, 16), b);
      x += 32, y += 32;
    }
    while (left > 0) {
      const width = min<usize>(4, left);
      a = multiplyAdd(loadPart(x, width), loadPart(y, width), a);
      x += width * 4, y += width * 4, left -= width;
    }
    store<f32>(out, laneSum(f32x4.add(a, b)));
    out += 4;
  }
}

/** out `[columns]`: the products of each column of x and y `[rows, columns]`, added up, onto what is there if `onto`. */
export function columnDots(x: usize, y: usize, out: usize, rows: usize, columns: usize, onto: bool): void {
  const stride = columns * 4;
  let left = columns;
  for (; left >= 8; left -= 8) {
    let a = f32x4.splat(0), b = a;
    if (onto) a = v128.load(out), b = v128.load(out, 16);
    let at = x, by = y;
    for (let row: usize = 0; row < rows; row++) {
      a = multiplyAdd(v128.load(at), v128.load(by), a), b = multiplyAdd(v128.load(at, 16), v128.load(by, 16), b);
      at += stride, by += stride;
    }
    v128.store(out, a), v128.store(out, b, 16);
    x += 32, y += 32, out += 32;
  }
  while (left > 0) {
    const width = min<usize>(4, left);
    let total = onto ? loadPart(out, width) : f32x4.splat(0);
    let at = x, by = y;
    for (let row: usize = 0; row < rows; row++) {
      total = multiplyAdd(loadPart(at, width), loadPart(by, width), total);
      at += stride, by += stride;
    }
    storePart(out, total, width);
    x += width * 4, y += width * 4, out += width * 4, left -= width;
  }
}
