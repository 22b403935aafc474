/** Sums and updates of flat vectors. */
import { laneSum, loadPart, multiplyAdd, storePart } from './simd';

/** x `[outer, length, inner]` → out `[outer, inner]` */
export function sums(x: usize, out: usize, outer: usize, length: usize, inner: usize): void {
  for (; outer > 0; outer--) {
    if (inner == 1) store<f32>(out, sum(x, length));
    else columnSums(x, out, length, inner);
    x += length * inner * 4, out += inner * 4;
  }
}

/** In 16 running sums, so that many numbers lose little. */
export function sum(x: usize, count: usize): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (; count >= 16; count -= 16) {
    a = f32x4.add(a, v128.load(x)), b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32)), d = f32x4.add(d, v128.load(x, 48));
    x += 64;
  }
  for (; count >= 4; count -= 4) {
    a = f32x4.add(a, v128.load(x));
    x += 16;
  }
  if (count > 0) b = f32x4.add(b, loadPart(x, count));
  return laneSum(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

/** x `[rows, columns]` → out `[columns]`: sixteen columns at a time, then four, then what is left. */
function columnSums(x: usize, out: usize, rows: usize, columns: usize): void {
  const stride = columns * 4;
  for (; columns >= 16; columns -= 16) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let at = x;
    for (let row: usize = 0; row < rows; row++) {
      a = f32x4.add(a, v128.load(at)), b = f32x4.add(b, v128.load(at, 16));
      c = f32x4.add(c, v128.load(at, 32)), d = f32x4.add(d, v128.load(at, 48));
      at += stride;
    }
    v128.store(out, a), v128.store(out, b, 16), v128.store(out, c, 32), v128.store(out, d, 48);
    x += 64, out += 64;
  }
  while (columns > 0) {
    const count = min<usize>(4, columns);
    let total = f32x4.splat(0);
    for (let row: usize = 0; row < rows; row++) total = f32x4.add(total, loadPart(x + row * stride, count));
    storePart(out, total, count);
    x += 16, out += 16, columns -= count;
  }
}

/** One step in place; see ops/adamw.ts for what it computes. */
export function adamW(
  value: usize,
  mean: usize,
  variance: usize,
  gradient: usize,
  count: usize,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  keep: f32,
  rate: f32,
  deviation: f32,
): void {
  for (; count > 0; count -= min<usize>(4, count)) {
    const change = loadPart(gradient, count);
    const first = multiplyAdd(change, f32x4.splat(rest1), f32x4.mul(loadPart(mean, count), f32x4.splat(beta1)));
    const square = f32x4.mul(change, change);
    const second = multiplyAdd(square, f32x4.splat(rest2), f32x4.mul(loadPart(variance, count), f32x4.splat(beta2)));
    const spread = multiplyAdd(f32x4.sqrt(second), f32x4.splat(deviation), f32x4.splat(epsilon));
    const step = f32x4.mul(f32x4.div(first, spread), f32x4.splat(rate));
    storePart(mean, first, count);
    storePart(variance, second, count);
    storePart(value, f32x4.sub(f32x4.mul(loadPart(value, count), f32x4.splat(keep)), step), count);
    (value += 16), (mean += 16), (variance += 16), (gradient += 16);
  }
}
