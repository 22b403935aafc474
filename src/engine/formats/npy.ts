/** npy, one NumPy array: a magic number, a version, a header written as a Python dictionary, then the elements. */
import type { ByteSource, NamedSource } from '../tensors/byte-source.ts';
import type { ElementType } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import { fileTensor } from '../tensors/file-tensor.ts';
import type { Checkpoint, RawTensor } from '../tensors/host-tensor.ts';
import { columnMajorStrides } from '../tensors/strides.ts';
import type { Format } from './format.ts';

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy itself writes a few hundred bytes. */
const longestHeader = 2 ** 16;

/** Kind and bytes of an element, as in "<f4". */
const elementTypeOf: ReadonlyMap<string, ElementType> = new Map([
  ['f8', 'F64'],
  ['f4', 'F32'],
  ['f2', 'F16'],
  ['i8', 'I64'],
  ['i4', 'I32'],
  ['i2', 'I16'],
  ['i1', 'I8'],
  ['u1', 'U8'],
  ['b1', 'BOOL'],
]);

/** A file of one array, such as the embeddings of class names. It has no name of its own and is called "array". */
export const npy: Format = {
  description: 'NumPy arrays (.npy)',
  matches: ({ head }) => isNpy(head),
  read: readArray,
};

async function readArray({ name: file, source }: NamedSource): Promise<Checkpoint> {
  const tensor = await openNpy(file, 'array', source);
  if (tensor) {
    const tensors = new Map([[tensor.name, tensor]]);
    return { file, bytes: source.size, container: 'npy', parts: [], tensors, metadata: {} };
  }
  throw fileError(file, `${file} is an array of text, which is no tensor.`, 'Add an array of numbers.');
}

function isNpy(head: Uint8Array): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/**
 * The array called `name` that `source` holds; null when it holds text, which is no tensor.
 * Throws `StudioError` when it is damaged or its elements are of a type that is not read.
 */
export async function openNpy(file: string, name: string, source: ByteSource): Promise<RawTensor | null> {
  const { header, dataStart } = await readHeader(file, name, source);
  const described = /'descr':\s*(?:'([^']*)'|(\[))/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const lengths = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1];
  if (!described || order === undefined || lengths === undefined)
    throw damaged(file, name, 'its header makes no sense');
  const type = described[1] ?? 'a record';
  if (/^[<>|=]?[US]\d/.test(type)) return null;
  const shape = lengths
    .split(',')
    .filter((length) => length.trim() !== '')
    .map(Number);
  const strides = order === 'True' ? columnMajorStrides(shape) : undefined;
  return fileTensor({
    file,
    name,
    elementType: elementTypeFor(file, name, type),
    shape,
    source,
    byteOffset: dataStart,
    strides,
  });
}

async function readHeader(
  file: string,
  name: string,
  source: ByteSource,
): Promise<{ header: string; dataStart: number }> {
  const head = await source.read(0, Math.min(source.size, 12));
  if (head.length < 12) throw damaged(file, name, 'it is cut off');
  if (!isNpy(head)) throw damaged(file, name, 'it does not begin as a NumPy array does');
  const version = head[6]!;
  if (version < 1 || version > 3)
    throw damaged(file, name, `it has version ${version} of the npy format, and 1 to 3 are known`);
  const view = new DataView(head.buffer, head.byteOffset);
  // Version 1 has 16 bits for the header's length, 2 and 3 have 32.
  const [length, start] = version === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const dataStart = start + length;
  if (length > longestHeader) throw damaged(file, name, `it claims a header of ${length} bytes`);
  if (dataStart > source.size) throw damaged(file, name, 'it is cut off');
  return { header: new TextDecoder('latin1').decode(await source.read(start, dataStart)), dataStart };
}

function elementTypeFor(file: string, name: string, type: string): ElementType {
  const elementType = elementTypeOf.get(type.slice(1));
  const littleEndian = type.startsWith('<') || type.startsWith('|');
  if (elementType !== undefined && littleEndian) return elementType;
  throw fileError(
    file,
    `The array "${name}" in ${file} holds ${inWords(type)}, which the studio does not read.`,
    `Save it with another type: array.astype('<f4').`,
  );
}

function inWords(type: string): string {
  if (type.endsWith('O')) return 'Python objects';
  if (type.startsWith('>')) return `big-endian numbers ("${type}")`;
  return `elements of type "${type}"`;
}

function damaged(file: string, name: string, reason: string): Error {
  return fileError(file, `The array "${name}" in ${file} cannot be read: ${reason}.`);
}
