/** Copies of pieces of tensors. */

/** `rows` runs of `bytes` (a multiple of 4) each, from and to places that lie their strides apart. */
export function copyRuns(from: usize, fromStride: usize, to: usize, toStride: usize, rows: usize, bytes: usize): void {
  if (bytes > 1024) {
    for (; rows > 0; rows--) {
      memory.copy(to, from, bytes);
      from += fromStride, to += toStride;
    }
    return;
  }
  const whole = bytes & ~15;
  for (; rows > 0; rows--) {
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
    from += fromStride, to += toStride;
  }
}

export function zeros(to: usize, bytes: usize): void {
  memory.fill(to, 0, bytes);
}
