/** LayerNorm and its gradient; see ops/layer-norm.ts for what they compute. */
import { laneSum, loadPart, multiplyAdd, storePart } from './simd';
import { sum } from './vectors';

/** x `[rows, width]` → out, and each row's mean and 1/σ in moments `[rows, 2]`. */
export function layerNorm(
  x: usize,
  gain: usize,
  bias: usize,
  out: usize,
  moments: usize,
  rows: usize,
  width: usize,
  epsilon: f32,
): void {
  for (let row: usize = 0; row < rows; row++) {
    const mean = sum(x, width) / <f32>width;
    const inverse = <f32>1 / Mathf.sqrt(squares(x, width, mean) / <f32>width + epsilon);
    store<f32>(moments, mean), store<f32>(moments, inverse, 4);
    normalise(x, gain, bias, out, width, mean, inverse);
    (x += width * 4), (out += width * 4), (moments += 8);
  }
}

/** Σ (x − mean)² */
function squares(x: usize, count: usize, mean: f32): f32 {
  const middle = f32x4.splat(mean);
  let sums = f32x4.splat(0);
  for (; count >= 4; count -= 4) {
    const centred = f32x4.sub(v128.load(x), middle);
    sums = multiplyAdd(centred, centred, sums);
    x += 16;
  }
  let result = laneSum(sums);
  for (; count > 0; count--) {
    const centred = load<f32>(x) - mean;
    result += centred * centred;
    x += 4;
  }
  return result;
}

function normalise(x: usize, gain: usize, bias: usize, out: usize, count: usize, mean: f32, inverse: f32): void {
  const middle = f32x4.splat(mean);
  const factor = f32x4.splat(inverse);
  for (; count >= 4; count -= 4) {
    const normal = f32x4.mul(f32x4.sub(v128.load(x), middle), factor);
    v128.store(out, multiplyAdd(normal, v128.load(gain), v128.load(bias)));
    (x += 16), (gain += 16), (bias += 16), (out += 16);
  }
  if (count == 0) return;
  const normal = f32x4.mul(f32x4.sub(loadPart(x, count), middle), factor);
  storePart(out, multiplyAdd(normal, loadPart(gain, count), loadPart(bias, count)), count);
}

/** dy, x `[rows, width]` → dx, and the gradients of gain and bias `[width]`. */
export function layerNormGradient(
  dy: usize,
  x: usize,
  gain: usize,
  moments: usize,
  dx: usize,
  toGain: usize,
  toBias: usize,
  rows: usize,
  width: usize,
): void {
  memory.fill(toGain, 0, width * 4);
  memory.fill(toBias, 0, width * 4);
  for (let row: usize = 0; row < rows; row++) {
    rowGradient(dy, x, gain, load<f32>(moments), load<f32>(moments, 4), dx, toGain, toBias, width);
    (dy += width * 4), (x += width * 4), (dx += width * 4), (moments += 8);
  }
}

function rowGradient(
  dy: usize,
  x: usize,
  gain: usize,
  mean: f32,
  inverse: f32,
  dx: usize,
  toGain: usize,
  toBias: usize,
  width: usize,
): void {
  const middle = f32x4.splat(mean);
  const factor = f32x4.splat(inverse);
  const whole = (width & ~3) * 4;
  const rest = width & 3;
  let sums = f32x4.splat(0);
  let along = f32x4.splat(0);
  for (let at: usize = 0; at < whole; at += 16) {
    const change = v128.load(dy + at);
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), middle), factor);
    const scaled = f32x4.mul(change, v128.load(gain + at));
    sums = f32x4.add(sums, scaled);
    along = multiplyAdd(scaled, normal, along);
    v128.store(toGain + at, multiplyAdd(change, normal, v128.load(toGain + at)));
    v128.store(toBias + at, f32x4.add(v128.load(toBias + at), change));
  }
  if (rest > 0) {
    // Lanes past the end: dy is zero there.
    const change = loadPart(dy + whole, rest);
    const normal = f32x4.mul(f32x4.sub(loadPart(x + whole, rest), middle), factor);
    const scaled = f32x4.mul(change, loadPart(gain + whole, rest));
    sums = f32x4.add(sums, scaled);
    along = multiplyAdd(scaled, normal, along);
    storePart(toGain + whole, multiplyAdd(change, normal, loadPart(toGain + whole, rest)), rest);
    storePart(toBias + whole, f32x4.add(loadPart(toBias + whole, rest), change), rest);
  }
  const meanScaled = f32x4.splat(laneSum(sums) / <f32>width);
  const meanAlong = f32x4.splat(laneSum(along) / <f32>width);
  for (let at: usize = 0; at < whole; at += 16) {
    const normal = f32x4.mul(f32x4.sub(v128.load(x + at), middle), factor);
    const scaled = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const left = f32x4.sub(f32x4.sub(scaled, meanScaled), f32x4.mul(normal, meanAlong));
    v128.store(dx + at, f32x4.mul(left, factor));
  }
  if (rest > 0) {
    const normal = f32x4.mul(f32x4.sub(loadPart(x + whole, rest), middle), factor);
    const scaled = f32x4.mul(loadPart(dy + whole, rest), loadPart(gain + whole, rest));
    const left = f32x4.sub(f32x4.sub(scaled, meanScaled), f32x4.mul(normal, meanAlong));
    storePart(dx + whole, f32x4.mul(left, factor), rest);
  }
}
