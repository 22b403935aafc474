/** exp, and what comes of it, to about 1e-7. Not a number stays so: a run that diverges must be seen. */
import { multiplyAdd } from './simd';

/** e^x with a relative error of about 1e-7, for x held within ±87, where the result is a normal number. */
@inline
export function exponential(argument: v128): v128 {
  // pmin and pmax give their first operand when it is not a number.
  const x = f32x4.pmin(f32x4.pmax(argument, f32x4.splat(-87.3)), f32x4.splat(88.3));
  // x = n ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts, the first short enough for n · part to be exact.
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), x);
  r = multiplyAdd(n, f32x4.splat(2.12194440e-4), r);
  // 1 + r + r² q(r), least largest error on that interval: 3e-9
  let q = multiplyAdd(r, f32x4.splat(0.00138145), f32x4.splat(0.00836875));
  q = multiplyAdd(r, q, f32x4.splat(0.04166839));
  q = multiplyAdd(r, q, f32x4.splat(0.1666652));
  q = multiplyAdd(r, q, f32x4.splat(0.49999993));
  const power = f32x4.add(multiplyAdd(f32x4.mul(r, r), q, r), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(power, scale);
}

/**
 * The normal distribution's lower tail `Φ(−|x|)`, given `|x|` and `e^(−x²/2)`: ½ erfc(z) = ½ e^(−z²) t P(t) with z = |x|/√2
 * and t = 1/(1 + 0.46 z), P of least largest error for z from 0 to 10: 1e-8.
 */
@inline
export function normalTail(size: v128, density: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, multiplyAdd(size, f32x4.splat(0.32526912), one));
  let p = multiplyAdd(t, f32x4.splat(0.09109637), f32x4.splat(-0.45921924));
  p = multiplyAdd(t, p, f32x4.splat(0.73171546));
  p = multiplyAdd(t, p, f32x4.splat(-0.24633153));
  p = multiplyAdd(t, p, f32x4.splat(0.39436797));
  p = multiplyAdd(t, p, f32x4.splat(0.22591256));
  p = multiplyAdd(t, p, f32x4.splat(0.2624584));
  return f32x4.mul(f32x4.mul(t, p), f32x4.mul(density, f32x4.splat(0.5)));
}
