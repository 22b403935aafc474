/** Multi-head self-attention and its gradient on packed rows; see ops/attention.ts for what they compute. */
import { exponential } from './exponential';
import { MATMUL_SCRATCH, matMul } from './matmul';
import { laneMaximum, laneSum, loadPart, multiplyAdd, storePart } from './simd';

/** Bytes of scratch that `attentionGradient` wants; `attention` wants no more. */
export function attentionScratch(tokens: usize): usize {
  return MATMUL_SCRATCH + tokens * tokens * 4;
}

/**
 * packed `[batch · tokens, 3 · heads · size]` → out `[batch · tokens, heads · size]` and probabilities
 * `[batch · heads, tokens, tokens]`.
 */
export function attention(
  packed: usize,
  out: usize,
  probabilities: usize,
  batch: usize,
  tokens: usize,
  heads: usize,
  size: usize,
  scratch: usize,
): void {
  const width = heads * size * 4;
  const scale = <f32>1 / Mathf.sqrt(<f32>size);
  for (let image: usize = 0; image < batch; image++) {
    for (let head: usize = 0; head < heads; head++) {
      const query = packed + image * tokens * 3 * width + head * size * 4;
      const key = query + width;
      const value = key + width;
      const mixed = out + image * tokens * width + head * size * 4;
      matMul(
        tokens,
        tokens,
        size,
        query,
        3 * width,
        false,
        key,
        3 * width,
        true,
        probabilities,
        tokens * 4,
        0,
        scratch,
      );
      for (let row: usize = 0; row < tokens; row++) softmax(probabilities + row * tokens * 4, tokens, scale);
      matMul(tokens, size, tokens, probabilities, tokens * 4, false, value, 3 * width, false, mixed, width, 0, scratch);
      probabilities += tokens * tokens * 4;
    }
  }
}

/** softmax(scale · row), in place. */
function softmax(row: usize, count: usize, scale: f32): void {
  const whole = row + (count & ~3) * 4;
  const rest = count & 3;
  let most = f32x4.splat(-f32.MAX_VALUE);
  for (let at = row; at < whole; at += 16) most = f32x4.pmax(most, v128.load(at));
  let largest = laneMaximum(most);
  for (let at = whole; at < row + count * 4; at += 4) largest = max(largest, load<f32>(at));
  const factor = f32x4.splat(scale);
  const shift = f32x4.splat(largest);
  let sums = f32x4.splat(0);
  for (let at = row; at < whole; at += 16) {
    const weight = exponential(f32x4.mul(f32x4.sub(v128.load(at), shift), factor));
    v128.store(at, weight);
    sums = f32x4.add(sums, weight);
  }
  let sum = laneSum(sums);
  if (rest > 0) {
    storePart(whole, exponential(f32x4.mul(f32x4.sub(loadPart(whole, rest), shift), factor)), rest);
    for (let at = whole; at < row + count * 4; at += 4) sum += load<f32>(at);
  }
  const inverse = f32x4.splat(1 / sum);
  for (let at = row; at < whole; at += 16) v128.store(at, f32x4.mul(v128.load(at), inverse));
  if (rest > 0) storePart(whole, f32x4.mul(loadPart(whole, rest), inverse), rest);
}

/** dy, packed, probabilities → gradient of packed, in its shape. */
export function attentionGradient(
  dy: usize,
  packed: usize,
  probabilities: usize,
  gradient: usize,
  batch: usize,
  tokens: usize,
  heads: usize,
  size: usize,
  scratch: usize,
): void {
  const width = heads * size * 4;
  const row: usize = 3 * width;
  const square = tokens * 4;
  const scores = scratch + MATMUL_SCRATCH;
  const scale = <f32>1 / Mathf.sqrt(<f32>size);
  for (let image: usize = 0; image < batch; image++) {
    for (let head: usize = 0; head < heads; head++) {
      const offset = image * tokens * row + head * size * 4;
      const mixed = dy + image * tokens * width + head * size * 4;
      const query = packed + offset;
      const toQuery = gradient + offset;
      matMul(tokens, tokens, size, mixed, width, false, query + 2 * width, row, true, scores, square, 0, scratch);
      for (let at: usize = 0; at < tokens * square; at += square) {
        softmaxGradient(scores + at, probabilities + at, tokens, scale);
      }
      matMul(tokens, size, tokens, scores, square, false, query + width, row, false, toQuery, row, 0, scratch);
      matMul(tokens, size, tokens, scores, square, true, query, row, false, toQuery + width, row, 0, scratch);
      matMul(
        tokens,
        size,
        tokens,
        probabilities,
        square,
        true,
        mixed,
        width,
        false,
        toQuery + 2 * width,
        row,
        0,
        scratch,
      );
      probabilities += tokens * square;
    }
  }
}

/** dS = scale · P ∘ (dP − Σ P ∘ dP), in place of dP. */
function softmaxGradient(row: usize, probabilities: usize, count: usize, scale: f32): void {
  const whole = (count & ~3) * 4;
  const rest = count & 3;
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < whole; at += 16) {
    sums = multiplyAdd(v128.load(row + at), v128.load(probabilities + at), sums);
  }
  if (rest > 0) sums = multiplyAdd(loadPart(row + whole, rest), loadPart(probabilities + whole, rest), sums);
  const mean = f32x4.splat(laneSum(sums));
  const factor = f32x4.splat(scale);
  for (let at: usize = 0; at < whole; at += 16) {
    const change = f32x4.mul(v128.load(probabilities + at), f32x4.sub(v128.load(row + at), mean));
    v128.store(row + at, f32x4.mul(change, factor));
  }
  if (rest > 0) {
    const change = f32x4.mul(loadPart(probabilities + whole, rest), f32x4.sub(loadPart(row + whole, rest), mean));
    storePart(row + whole, f32x4.mul(change, factor), rest);
  }
}
