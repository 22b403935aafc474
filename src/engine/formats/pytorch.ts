/**
 * PyTorch checkpoints as `torch.save` writes them since version 1.6: a zip archive with a pickle, `data.pkl`, that says what
 * there is, and one entry `data/N` for each storage, a run of elements that one or several tensors are views of.
 */
import type { ByteSource } from '../tensors/byte-source.ts';
import { elementBytes } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import { fileTensor } from '../tensors/file-tensor.ts';
import type { Checkpoint, RawTensor } from '../tensors/host-tensor.ts';
import type { Format, OpenedFile } from './format.ts';
import { tensorsOf } from './pickle/state-dict.ts';
import type { PickledTensor } from './pickle/torch-names.ts';
import { unpickle } from './pickle/unpickle.ts';

/** Everything lies in one folder, whose name does not matter. */
const picklePath = /^(?:[^/]+\/)?data\.pkl$/;
/** The pickle of a model with thousands of tensors takes about 1 MB. */
const largestPickle = 100_000_000;

export const pytorchZip: Format = {
  description: 'PyTorch (.pt, .pth, .bin)',
  matches: ({ entries }) => pathOfPickle(entries) !== undefined,
  read: readPytorch,
};

type Entries = ReadonlyMap<string, ByteSource>;

function pathOfPickle(entries: Entries | null): string | undefined {
  return entries ? [...entries.keys()].find((path) => picklePath.test(path)) : undefined;
}

async function readPytorch({ name: file, source, entries }: OpenedFile): Promise<Checkpoint> {
  const path = pathOfPickle(entries);
  if (!entries || path === undefined) throw new Error(`${file} has no data.pkl`);
  const root = path.slice(0, -'data.pkl'.length);
  await checkByteOrder(file, entries.get(`${root}byteorder`));
  const pickled = tensorsOf(file, unpickle(file, await readPickle(file, entries.get(path)!)));
  const tensors = Array.from(pickled, ([name, tensor]) => [name, place(file, name, tensor, entries, root)] as const);
  return { file, bytes: source.size, container: 'PyTorch zip', parts: [], tensors: new Map(tensors), metadata: {} };
}

async function checkByteOrder(file: string, entry: ByteSource | undefined): Promise<void> {
  if (entry === undefined || entry.size > 16) return;
  const order = new TextDecoder().decode(await entry.read(0, entry.size)).trim();
  if (order !== 'big') return;
  throw fileError(
    file,
    `${file} was saved on a big-endian machine, and the studio reads little-endian numbers only.`,
    'Open it with torch.load on an ordinary computer and save it again.',
  );
}

async function readPickle(file: string, entry: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.size <= largestPickle) return entry.read(0, entry.size);
  throw fileError(
    file,
    `The pickle in ${file} has ${entry.size} bytes, far more than a state dict needs.`,
    'Save the state_dict alone.',
  );
}

function place(file: string, name: string, tensor: PickledTensor, entries: Entries, root: string): RawTensor {
  const { storage, offset, shape, strides } = tensor;
  const { elementType, typeName, key } = storage;
  if (elementType === null) {
    throw fileError(
      file,
      `The tensor "${name}" in ${file} lies in a ${typeName}, whose elements the studio does not read.`,
      'Save it with floating-point elements: tensor.float().',
    );
  }
  const source = entries.get(`${root}data/${key}`);
  if (source === undefined) {
    throw fileError(file, `${file} is damaged: the elements of the tensor "${name}" (data/${key}) are missing.`);
  }
  return fileTensor({
    file,
    name,
    elementType,
    shape,
    strides,
    source,
    byteOffset: offset * elementBytes[elementType],
  });
}
