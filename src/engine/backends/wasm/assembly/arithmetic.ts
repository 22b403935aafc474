/** Sums, differences and products with broadcasting. */
import { loadPart, storePart } from './simd';

const ADD: i32 = 0;
const SUBTRACT: i32 = 1;

/**
 * out `[rows, columns]`: a's number for row i and column j lies at `i · aRow + j · aStep` numbers, b's likewise; a step is 0 or
 * 1, and not 0 for both.
 */
export function add(
  a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, bStep: usize,
  out: usize, rows: usize, columns: usize,
): void {
  combine(ADD, a, aRow, aStep, b, bRow, bStep, out, rows, columns);
}

export function subtract(
  a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, bStep: usize,
  out: usize, rows: usize, columns: usize,
): void {
  combine(SUBTRACT, a, aRow, aStep, b, bRow, bStep, out, rows, columns);
}

export function multiply(
  a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, bStep: usize,
  out: usize, rows: usize, columns: usize,
): void {
  combine(2, a, aRow, aStep, b, bRow, bStep, out, rows, columns);
}

@inline
function combine(
  operation: i32,
  a: usize, aRow: usize, aStep: usize, b: usize, bRow: usize, bStep: usize,
  out: usize, rows: usize, columns: usize,
): void {
  const whole = (columns & ~3) * 4;
  const rest = columns & 3;
  for (; rows > 0; rows--) {
    if (!aStep) {
      const x = v128.load32_splat(a);
      for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, operate(operation, x, v128.load(b + at)));
      if (rest > 0) storePart(out + whole, operate(operation, x, loadPart(b + whole, rest)), rest);
    } else if (!bStep) {
      const y = v128.load32_splat(b);
      for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, operate(operation, v128.load(a + at), y));
      if (rest > 0) storePart(out + whole, operate(operation, loadPart(a + whole, rest), y), rest);
    } else {
      for (let at: usize = 0; at < whole; at += 16) {
        v128.store(out + at, operate(operation, v128.load(a + at), v128.load(b + at)));
      }
      if (rest > 0) {
        storePart(out + whole, operate(operation, loadPart(a + whole, rest), loadPart(b + whole, rest)), rest);
      }
    }
    a += aRow * 4, b += bRow * 4, out += columns * 4;
  }
}

@inline
function operate(operation: i32, x: v128, y: v128): v128 {
  if (operation == ADD) return f32x4.add(x, y);
  if (operation == SUBTRACT) return f32x4.sub(x, y);
  return f32x4.mul(x, y);
}
