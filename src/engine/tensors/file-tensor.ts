/** The one kind of host tensor: a slice of a file, contiguous or strided. */
import type { ByteSource } from './byte-source.ts';
import type { ElementType } from './elements.ts';
import { decodeElements, elementBytes } from './elements.ts';
import { fileError } from './file-error.ts';
import type { RawTensor, Weight } from './host-tensor.ts';
import { elementCount, gatherBytes, isRowMajor, rowMajorStrides, spanOf } from './strides.ts';

/** 4 GB of 32-bit floats: more than a tab can hold, and far more than a layer has. */
const largestCount = 2 ** 30;
const largestRank = 32;
/** Numbers that a tensor may have which repeats those of its file, as a stride of 0 does. */
const largestRepeated = 2 ** 24;

export interface Placement {
  /** Name of the file, for errors. */
  file: string;
  name: string;
  elementType: ElementType;
  shape: readonly number[];
  source: ByteSource;
  /** First byte of element 0 in `source`. */
  byteOffset: number;
  /** Distance between neighbours on each axis, in elements. Row-major when left out. */
  strides?: readonly number[];
}

/** Throws a `StudioError` when shape or strides make no sense or when the tensor reaches past the end of its source. */
export function fileTensor(placement: Placement): RawTensor {
  const { file, name, elementType, shape, source, byteOffset } = placement;
  checkShape(placement);
  const strides = placement.strides ?? rowMajorStrides(shape);
  checkStrides(placement, strides);
  const size = elementBytes[elementType];
  const end = byteOffset + spanOf(shape, strides) * size;
  checkEnd(placement, end);
  checkRepeats(placement, strides);

  const readBytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await source.read(byteOffset, end);
    return isRowMajor(shape, strides) ? bytes : gatherBytes(bytes, size, shape, strides);
  };
  const read = async (): Promise<Weight> => ({ shape, values: decodeElements(elementType, await readBytes()) });
  return {
    name,
    elementType,
    shape,
    readBytes: () => withMemory(file, name, readBytes),
    read: () => withMemory(file, name, read),
  };
}

function checkShape({ file, name, shape }: Placement): void {
  const sensible = shape.length <= largestRank && shape.every(isCount) && elementCount(shape) <= largestCount;
  if (sensible) return;
  throw fileError(file, `The tensor "${name}" in ${file} has a shape that cannot be: ${brief(shape)}.`);
}

function checkStrides({ file, name, shape, byteOffset }: Placement, strides: readonly number[]): void {
  const sensible = strides.length === shape.length && strides.every(isCount) && isCount(byteOffset);
  if (sensible) return;
  throw fileError(
    file,
    `The tensor "${name}" in ${file} has a place in memory that cannot be: strides ${brief(strides)}.`,
  );
}

function checkEnd({ file, name, source }: Placement, end: number): void {
  if (end <= source.size) return;
  throw fileError(
    file,
    `${file} is cut off: the tensor "${name}" ends at byte ${end} of ${source.size} that are there.`,
  );
}

/** Strides that overlap ask for more memory than the file has bytes; within limits they are in use. */
function checkRepeats({ file, name, shape, source }: Placement, strides: readonly number[]): void {
  const count = elementCount(shape);
  if (count <= Math.max(source.size, largestRepeated)) return;
  throw fileError(
    file,
    `The tensor "${name}" in ${file} repeats ${source.size} bytes to ${count} numbers: shape ${brief(shape)}, strides ${brief(strides)}.`,
  );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function brief(numbers: readonly number[]): string {
  return `[${numbers.slice(0, 8).join(', ')}${numbers.length > 8 ? ', …' : ''}]`;
}

/** An allocation that the tab refuses is a RangeError; a person should learn which tensor it was. */
async function withMemory<T>(file: string, name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw fileError(
      file,
      `The tensor "${name}" of ${file} does not fit into memory.`,
      'Close other tabs or use a smaller model.',
      cause,
    );
  }
}
