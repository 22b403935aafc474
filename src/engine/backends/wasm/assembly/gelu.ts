/** GELU in its three forms, value and derivative in one pass; see ops/activation.ts for what they compute. */
import { exponential, normalTail } from './exponential';
import { loadPart, multiplyAdd, storePart } from './simd';

/** x Φ(x) and Φ(x) + x φ(x) */
export function gelu(x: usize, value: usize, derivative: usize, count: usize): void {
  for (; count > 0; count -= min<usize>(4, count)) {
    const own = loadPart(x, count);
    const density = exponential(f32x4.mul(f32x4.mul(own, own), f32x4.splat(-0.5)));
    const tail = normalTail(f32x4.abs(own), density);
    const negative = f32x4.lt(own, f32x4.splat(0));
    const area = v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), negative);
    storePart(value, f32x4.mul(own, area), count);
    storePart(derivative, multiplyAdd(own, f32x4.mul(density, f32x4.splat(0.39894228)), area), count);
    (x += 16), (value += 16), (derivative += 16);
  }
}

/** With u = √(2/π) (x + 0.044715 x³), ½ (1 + tanh u) is σ(2u). */
export function geluTanh(x: usize, value: usize, derivative: usize, count: usize): void {
  const one = f32x4.splat(1);
  for (; count > 0; count -= min<usize>(4, count)) {
    const own = loadPart(x, count);
    const square = f32x4.mul(own, own);
    const twice = f32x4.mul(own, multiplyAdd(square, f32x4.splat(1.5957691 * 0.044715), f32x4.splat(1.5957691)));
    // 1 − σ is e^−u σ: the difference would lose what the slope magnifies.
    const inverse = exponential(f32x4.neg(twice));
    const half = f32x4.div(one, f32x4.add(one, inverse));
    const slope = multiplyAdd(square, f32x4.splat(1.5957691 * 0.134145), f32x4.splat(1.5957691));
    const bend = f32x4.mul(f32x4.mul(half, f32x4.mul(inverse, half)), f32x4.mul(own, slope));
    storePart(value, f32x4.mul(own, half), count);
    storePart(derivative, f32x4.add(half, bend), count);
    (x += 16), (value += 16), (derivative += 16);
  }
}

/** x σ(1.702 x) */
export function quickGelu(x: usize, value: usize, derivative: usize, count: usize): void {
  const one = f32x4.splat(1);
  for (; count > 0; count -= min<usize>(4, count)) {
    const own = loadPart(x, count);
    const scaled = f32x4.mul(own, f32x4.splat(1.702));
    const inverse = exponential(f32x4.neg(scaled));
    const gate = f32x4.div(one, f32x4.add(one, inverse));
    storePart(value, f32x4.mul(own, gate), count);
    storePart(derivative, f32x4.mul(gate, multiplyAdd(scaled, f32x4.mul(inverse, gate), one)), count);
    (x += 16), (value += 16), (derivative += 16);
  }
}
