/** Four floats at a time. Nothing here reads or writes past the numbers it is given. */

/** `x · y + sum`; relaxed SIMD may round once instead of twice. */
@inline
export function multiplyAdd(x: v128, y: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(f32x4.mul(x, y), sum);
}

/** Sum of the four lanes, always in the same order. */
@inline
export function laneSum(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 2) + (f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 3))
  );
}

@inline
export function laneMaximum(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 2)),
    max(f32x4.extract_lane(x, 1), f32x4.extract_lane(x, 3)),
  );
}

/** The first `count` (1 to 4) floats at `from`; the other lanes are zero. */
@inline
export function loadPart(from: usize, count: usize): v128 {
  if (count >= 4) return v128.load(from);
  if (count == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return count == 2 ? two : v128.load_lane<f32>(from, two, 2, 8);
}

/** Writes the first `count` (1 to 4) lanes. */
@inline
export function storePart(to: usize, x: v128, count: usize): void {
  if (count >= 4) {
    v128.store(to, x);
  } else if (count == 1) {
    v128.store_lane<f32>(to, x, 0);
  } else {
    v128.store_lane<i64>(to, x, 0);
    if (count == 3) v128.store_lane<f32>(to, x, 2, 8);
  }
}
