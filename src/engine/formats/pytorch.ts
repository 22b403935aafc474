/**
 * PyTorch checkpoints as `torch.save` writes them since version 1.6: a zip archive with a pickle, `data.pkl`, that says what
 * there is, and one entry `data/N` for each storage, a run of elements that one or several tensors are views of.
 */
import type { ByteSource } from '../tensors/byte-source.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Format, OpenedFile } from './format.ts';
import { placeTensors } from './pickle/place.ts';
import { tensorsOf } from './pickle/state-dict.ts';
import { largestPickle, unpickle } from './pickle/unpickle.ts';

/** Everything lies in one folder, whose name does not matter. */
const picklePath = /^(?:[^/]+\/)?data\.pkl$/;
const programPath = /^(?:[^/]+\/)?(?:constants\.pkl$|code\/)/;

export const pytorchZip: Format = {
  description: 'PyTorch (.pt, .pth, .bin)',
  matches: ({ entries }) => pathOfPickle(entries) !== undefined,
  read: readPytorch,
};

type Entries = ReadonlyMap<string, ByteSource>;

function pathOfPickle(entries: Entries | null): string | undefined {
  if (!entries || isTorchScript(entries)) return undefined;
  return [...entries.keys()].find((path) => picklePath.test(path));
}

/** Whether the archive is a program, torch.jit.save, and not a checkpoint. */
export function isTorchScript(entries: Entries): boolean {
  return [...entries.keys()].some((path) => programPath.test(path));
}

async function readPytorch({ name: file, source, entries }: OpenedFile): Promise<Checkpoint> {
  const path = pathOfPickle(entries);
  if (!entries || path === undefined) throw new Error(`${file} has no data.pkl`);
  const root = path.slice(0, -'data.pkl'.length);
  await checkByteOrder(file, entries.get(`${root}byteorder`));
  const pickled = tensorsOf(file, unpickle(file, await readPickle(file, entries.get(path)!)));
  const tensors = placeTensors(file, pickled, { get: (key) => entries.get(`${root}data/${key}`) });
  return { file, bytes: source.size, container: 'PyTorch zip', parts: [], tensors, metadata: {} };
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
