/** Files to be written: their sizes are known beforehand, and each tensor is encoded when its turn comes, so that nobody holds a whole file. */
import type { FloatType } from '../../tensors/elements.ts';
import { elementBytes, encodeElements } from '../../tensors/elements.ts';
import { fileError } from '../../tensors/file-error.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { elementCount } from '../../tensors/strides.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** A run of bytes whose length is known before they are. */
export interface Piece {
  readonly bytes: number;
  /** Made anew at each call. May be views of the model's weights: copy them, do not write into them or transfer them. */
  chunks(): Iterable<Bytes>;
}

export interface OutputFile extends Piece {
  readonly name: string;
}

/** Tensors by name, in the order of the file. */
export type NamedWeights = readonly (readonly [string, Weight])[];

/** Float types of an export. */
export type ExportFloat = Exclude<FloatType, 'F64'>;

/** The pieces one after the other. */
export function outputFile(name: string, pieces: readonly Piece[]): OutputFile {
  return {
    name,
    bytes: pieces.reduce((sum, { bytes }) => sum + bytes, 0),
    chunks: () => gathered(checked(name, pieces)),
  };
}

/** Throws when a piece turns out longer or shorter than it said: the places in the file's header would be wrong. */
function* checked(name: string, pieces: readonly Piece[]): Generator<Bytes> {
  for (const piece of pieces) {
    let bytes = 0;
    for (const chunk of piece.chunks()) {
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes !== piece.bytes) throw new Error(`${name}: a piece of ${piece.bytes} bytes has ${bytes}`);
  }
}

const smallBytes = 2 ** 16;

/** Small chunks joined, since a disk takes a few large ones more easily than thousands of small ones. */
function* gathered(chunks: Iterable<Bytes>): Generator<Bytes> {
  let gathering = new Uint8Array(smallBytes);
  let filled = 0;
  for (const chunk of chunks) {
    if (filled + chunk.length > smallBytes) {
      yield gathering.subarray(0, filled);
      gathering = new Uint8Array(smallBytes);
      filled = 0;
    }
    if (chunk.length > smallBytes) yield chunk;
    else {
      gathering.set(chunk, filled);
      filled += chunk.length;
    }
  }
  if (filled > 0) yield gathering.subarray(0, filled);
}

/** The whole file in memory. */
export function wholeFile(file: OutputFile): Bytes {
  const whole = new Uint8Array(file.bytes);
  let position = 0;
  for (const chunk of file.chunks()) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}

export const bytesPiece = (bytes: Bytes): Piece => ({ bytes: bytes.length, chunks: () => [bytes] });

export const textPiece = (text: string): Piece => bytesPiece(new TextEncoder().encode(text));

/** The elements of a tensor, row-major, little-endian. Throws `StudioError` when a finite number is too large for the type. */
export function tensorPiece(name: string, weight: Weight, type: FloatType): Piece {
  checkRepresentable(name, weight, type);
  const count = elementCount(weight.shape);
  return {
    bytes: count * elementBytes[type],
    *chunks() {
      const { values } = weight;
      if (values.length !== count) throw new Error(`${name}: ${values.length} values for shape [${weight.shape}]`);
      yield encodeElements(type, values) as Bytes; // weights never lie in shared memory
    },
  };
}

export const tensorBytes = ({ shape }: Weight, type: FloatType): number => elementCount(shape) * elementBytes[type];

/** The first magnitude that rounds to infinity. */
const overflow = { F16: 65520, BF16: 2 ** 128 * (1 - 2 ** -9) } as const;

function checkRepresentable(name: string, weight: Weight, type: FloatType): void {
  if (type !== 'F16' && type !== 'BF16') return;
  const limit = overflow[type];
  const value = weight.values.find((value) => Math.abs(value) >= limit && Number.isFinite(value));
  if (value === undefined) return;
  throw fileError(
    name,
    `The tensor "${name}" holds ${value}, which is too large for ${type} and would become infinite.`,
    'Choose F32.',
  );
}

/** A small JSON file, as people read it. */
export function jsonFile(name: string, value: unknown): OutputFile {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  return { name, bytes: bytes.length, chunks: () => [bytes] };
}
