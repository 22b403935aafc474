/**
 * HDF5, as Keras saves weights (`.h5`, and inside of `.keras`), decoded by h5wasm, which is loaded when the first such file is.
 *
 * h5wasm reads from its own file system, synchronously: the whole file is put there, all arrays are read, and it is removed again.
 * So the arrays of an HDF5 file lie in memory as long as its checkpoint does, and are freed with it like any other object; a file
 * of more than 1 GB is refused.
 */
import type * as H5 from 'h5wasm';
import { StudioError } from '../errors.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import type { ElementType } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import { fileTensor } from '../tensors/file-tensor.ts';
import type { Checkpoint, RawTensor } from '../tensors/host-tensor.ts';
import type { Format } from './format.ts';

const magic = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // \x89HDF\r\n\x1a\n
/** Of the file, and of all its arrays together, in bytes. */
const largest = 2 ** 30;
/** The state of the optimizer is no part of the network. */
const optimizer = /^(?:optimizer_weights|optimizer\/vars)\//;
/** A file with the whole model keeps the weights in a group of this name. */
const weightsGroup = 'model_weights/';

/** Each file has a name of its own in the library's file system. */
let filesOpened = 0;

export const hdf5: Format = {
  description: 'HDF5 and Keras weights (.h5, .hdf5)',
  matches: ({ head }) => magic.every((byte, i) => head[i] === byte),
  read: readKerasWeights,
};

async function readKerasWeights(file: NamedSource): Promise<Checkpoint> {
  const { tensors, kerasConfig } = await readHdf5(file);
  const metadata: Record<string, string> = kerasConfig === null ? {} : { keras_config: kerasConfig };
  return { file: file.name, bytes: file.source.size, container: 'HDF5', parts: [], tensors, metadata };
}

export interface Hdf5 {
  /** Numeric arrays by path, without the group `model_weights` and without what belongs to the optimizer. */
  tensors: ReadonlyMap<string, RawTensor>;
  /** The attribute `model_config`: what Keras makes the model from, as JSON. */
  kerasConfig: string | null;
}

/** Reads all arrays. Throws `StudioError` when the file is damaged, too large, or packed in a way that is not known. */
export async function readHdf5({ name, source }: NamedSource): Promise<Hdf5> {
  checkSize(name, 'is', source.size);
  const bytes = await source.read(0, source.size);
  const h5 = await loadLibrary(name);
  const { FS } = h5.Module;
  const path = `/${++filesOpened}.h5`;
  try {
    FS.writeFile(path, bytes);
    return withFile(h5, path, (root) => ({ tensors: readTensors(h5, name, root), kerasConfig: configOf(root) }));
  } catch (cause) {
    throw cause instanceof StudioError ? cause : unreadable(name, cause);
  } finally {
    // What is damaged may stay open in h5wasm: without its bytes it takes no memory.
    FS.truncate(path, 0);
    FS.unlink(path);
  }
}

function unreadable(file: string, cause: unknown): StudioError {
  if (!(cause instanceof RangeError)) {
    return fileError(file, `${file} is cut off or damaged: it cannot be read as HDF5.`, undefined, cause);
  }
  const advice = 'Close other tabs, or save the weights as safetensors, which are read piece by piece.';
  return fileError(file, `${file} does not fit into memory.`, advice, cause);
}

type Library = typeof H5;

async function loadLibrary(file: string): Promise<Library> {
  try {
    const h5 = await import('h5wasm');
    await h5.ready;
    // Otherwise it writes to the console what is wrong with a file, and goes on.
    h5.Module.activate_throwing_error_handler();
    return h5;
  } catch (cause) {
    throw fileError(file, `${file} is an HDF5 file, and its reader could not be loaded.`, 'Reload the page.', cause);
  }
}

function withFile<T>({ File }: Library, path: string, work: (root: H5.File) => T): T {
  const root = new File(path, 'r');
  try {
    return work(root);
  } finally {
    root.close();
  }
}

function readTensors(h5: Library, file: string, root: H5.File): Map<string, RawTensor> {
  const datasets = root
    .paths()
    .filter((path) => !optimizer.test(path))
    .map((path) => ({ path, dataset: root.get(path) }))
    .filter((entry): entry is { path: string; dataset: H5.Dataset } => entry.dataset instanceof h5.Dataset);
  const arrays = datasets
    .map(({ path, dataset }) => ({ name: nameOf(path), dataset, stored: storedTypeOf(file, path, dataset.metadata) }))
    .filter(({ dataset, stored }) => stored !== null && dataset.shape !== null);
  checkSize(
    file,
    'unpacks to',
    arrays.reduce((sum, { dataset }) => sum + bytesOf(dataset), 0),
  );
  return new Map(arrays.map(({ name, dataset, stored }) => [name, tensorOf(h5, file, name, dataset, stored!)]));
}

function nameOf(path: string): string {
  return path.startsWith(weightsGroup) ? path.slice(weightsGroup.length) : path;
}

type Stored = ElementType | 'U16' | 'U32' | 'U64';

/** Null for what is no array of numbers: text, records, references. */
function storedTypeOf(file: string, path: string, { type, size, signed, enum_type }: H5.Metadata): Stored | null {
  const [integer, float, enumeration] = [0, 1, 8];
  const byType: Record<number, Record<number, Stored>> = {
    [integer]: signed ? { 1: 'I8', 2: 'I16', 4: 'I32', 8: 'I64' } : { 1: 'U8', 2: 'U16', 4: 'U32', 8: 'U64' },
    [float]: { 2: 'F16', 4: 'F32', 8: 'F64' },
    [enumeration]: isBoolean(enum_type) ? { 1: 'BOOL' } : {},
  };
  const stored = byType[type]?.[size] ?? null;
  if (stored !== null || (type !== integer && type !== float)) return stored;
  throw fileError(
    file,
    `The array "${path}" in ${file} has numbers of ${size} bytes, which the studio does not read.`,
    'Save the model with weights of type float32.',
  );
}

/** As h5py writes booleans. */
function isBoolean(enumeration: H5.EnumTypeMetadata | undefined): boolean {
  const { FALSE, TRUE } = enumeration?.members ?? {};
  return FALSE === 0 && TRUE === 1;
}

function bytesOf({ metadata }: H5.Dataset): number {
  return metadata.size * metadata.total_size;
}

function tensorOf(h5: Library, file: string, name: string, dataset: H5.Dataset, stored: Stored): RawTensor {
  const bytes = readElements(h5, file, dataset);
  const { elementType, elements } = widened(stored, bytes);
  return fileTensor({ file, name, elementType, shape: dataset.shape!, source: bytesSource(elements), byteOffset: 0 });
}

/** Little-endian, whatever the file has. `Dataset.value` has no half precision. */
function readElements({ Module }: Library, file: string, dataset: H5.Dataset): Uint8Array<ArrayBuffer> {
  const size = bytesOf(dataset);
  if (size === 0) return new Uint8Array();
  const pointer = Module._malloc(size);
  if (pointer === 0) throw new RangeError('no memory');
  try {
    Module.get_dataset_data(dataset.file_id, dataset.path, null, null, null, BigInt(pointer));
    return new Uint8Array(Module.HEAPU8.subarray(pointer, pointer + size));
  } catch (cause) {
    throw fileError(
      file,
      `The array "${dataset.path}" in ${file} cannot be unpacked: it is damaged or packed in a way that is not known.`,
      'Save the model again, without compression or with gzip.',
      cause,
    );
  } finally {
    Module._free(pointer);
  }
}

/** Unsigned numbers of more than 8 bits, such as the seeds of Dropout, become 64-bit floats. */
function widened(
  stored: Stored,
  bytes: Uint8Array<ArrayBuffer>,
): { elementType: ElementType; elements: Uint8Array<ArrayBuffer> } {
  const asFloats = (numbers: ArrayLike<number | bigint>) => {
    const floats = Float64Array.from(numbers as ArrayLike<number>, Number);
    return { elementType: 'F64' as const, elements: new Uint8Array(floats.buffer) };
  };
  switch (stored) {
    case 'U16':
      return asFloats(new Uint16Array(bytes.buffer));
    case 'U32':
      return asFloats(new Uint32Array(bytes.buffer));
    case 'U64':
      return asFloats(new BigUint64Array(bytes.buffer));
    default:
      return { elementType: stored, elements: bytes };
  }
}

function configOf(root: H5.File): string | null {
  const config: unknown = root.attrs.model_config?.value;
  return typeof config === 'string' ? config : null;
}

function checkSize(file: string, verb: string, size: number): void {
  if (size <= largest) return;
  throw fileError(
    file,
    `${file} ${verb} ${(size / 2 ** 30).toFixed(1)} GB; an HDF5 file is read into memory as a whole and may take 1 GB.`,
    'Save the weights as safetensors, which are read piece by piece.',
  );
}
