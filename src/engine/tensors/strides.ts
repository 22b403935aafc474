/** Layout of a tensor in memory. Strides are distances between neighbours on each axis, in elements, and never negative. */
import { aligned } from './elements.ts';

/** [rows, columns] → [columns, 1]. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** [rows, columns] → [1, rows], which NumPy calls Fortran order. */
export function columnMajorStrides(shape: readonly number[]): number[] {
  return rowMajorStrides([...shape].reverse()).reverse();
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, length) => count * length, 1);
}

/** Whether the elements lie one after the other; the stride of an axis of length 1 plays no part. */
export function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const rowMajor = rowMajorStrides(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === rowMajor[axis]);
}

/** Elements from the first to the last, both included, with the gaps between them. */
export function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (elementCount(shape) === 0) return 0;
  return shape.reduce((span, length, axis) => span + (length - 1) * strides[axis]!, 1);
}

/** Copies strided elements of `size` bytes to row-major order. `bytes` starts at element 0. */
export function gatherBytes(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const gathered = new Uint8Array(elementCount(shape) * size);
  switch (size) {
    case 1:
      gather(bytes, gathered, shape, strides);
      return gathered;
    case 2:
      gather(as(Uint16Array, bytes, 2), as(Uint16Array, gathered, 2), shape, strides);
      return gathered;
    case 4:
      gather(as(Uint32Array, bytes, 4), as(Uint32Array, gathered, 4), shape, strides);
      return gathered;
    default: {
      // An element of 8 bytes moves as two words, one more axis of length 2: bits survive that would not as a number.
      const wordStrides = strides.map((stride) => stride * 2);
      gather(as(Uint32Array, bytes, 4), as(Uint32Array, gathered, 4), [...shape, 2], [...wordStrides, 1]);
      return gathered;
    }
  }
}

/**
 * The same elements with their axes in another order: axis `i` of the result is axis `axes[i]` of `shape`. Bit by bit; a view of
 * `values` where nothing moves.
 */
export function permuteAxes(values: Float32Array, shape: readonly number[], axes: readonly number[]): Float32Array {
  const strides = rowMajorStrides(shape);
  const [newShape, newStrides] = [axes.map((axis) => shape[axis]!), axes.map((axis) => strides[axis]!)];
  if (isRowMajor(newShape, newStrides)) return values;
  const permuted = new Float32Array(values.length);
  gather(wordsOf(values), wordsOf(permuted), newShape, newStrides);
  return permuted;
}

const wordsOf = ({ buffer, byteOffset, length }: Float32Array) => new Uint32Array(buffer, byteOffset, length);

type Words = Uint8Array | Uint16Array | Uint32Array;

function as<T extends Words>(
  type: new (buffer: ArrayBuffer, offset: number, length: number) => T,
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): T {
  const { buffer, byteOffset, byteLength } = aligned(bytes, size);
  return new type(buffer, byteOffset, byteLength / size);
}

/** Columns of a tile: so many places of a file's tensor are in use at once. */
const tileColumns = 32;

/**
 * Copies the planes of the last two axes tile by tile. Neighbours on the last axis may lie far apart; what is fetched along with
 * them serves the next rows while it is still at hand.
 */
function gather(from: Words, to: Words, shape: readonly number[], strides: readonly number[]): void {
  const axes = joinedAxes(shape, strides);
  const [columns, step] = axes.pop() ?? [1, 1];
  const [rows, rowStep] = axes.pop() ?? [1, 0];
  const tile = step === 1 ? columns : tileColumns;
  const plane = new Array<number>(axes.length).fill(0);
  let start = 0;
  for (let target = 0; target < to.length; target += rows * columns) {
    for (let left = 0; left < columns; left += tile) {
      const width = Math.min(tile, columns - left);
      for (let row = 0; row < rows; row++) {
        const first = start + row * rowStep + left * step;
        const place = target + row * columns + left;
        for (let column = 0; column < width; column++) to[place + column] = from[first + column * step]!;
      }
    }
    start += nextPlane(plane, axes);
  }
}

type Axis = readonly [length: number, stride: number];

/** The axes with a length other than 1; one that goes on where the next one ends is joined with it. */
function joinedAxes(shape: readonly number[], strides: readonly number[]): Axis[] {
  const joined: Axis[] = [];
  for (const [index, length] of shape.entries()) {
    if (length === 1) continue;
    const stride = strides[index]!;
    const [before, stepBefore] = joined.at(-1) ?? [];
    if (before !== undefined && stepBefore === length * stride) joined[joined.length - 1] = [before * length, stride];
    else joined.push([length, stride]);
  }
  return joined;
}

/** Counts `plane`, the index on the axes, up by one; returns how far the plane's start moves. */
function nextPlane(plane: number[], axes: readonly Axis[]): number {
  let move = 0;
  for (let axis = plane.length - 1; axis >= 0; axis--) {
    const [length, stride] = axes[axis]!;
    plane[axis]!++;
    move += stride;
    if (plane[axis]! < length) return move;
    move -= length * stride;
    plane[axis] = 0;
  }
  return move;
}
