/** npz: a zip archive of NumPy arrays, as `numpy.savez` and `numpy.savez_compressed` write it. */
import type { NamedFile } from '../tensors/byte-source.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Checkpoint, RawTensor } from '../tensors/host-tensor.ts';
import type { Format, OpenedFile } from './format.ts';
import { openFile } from './format.ts';
import { openNpy } from './npy.ts';

/** Arrays by name, without the ending `.npy`; their elements can be had as they are, so that 8-bit images stay 8 bits. */
export interface Npz extends Checkpoint {
  tensors: ReadonlyMap<string, RawTensor>;
}

const ending = '.npy';

export const npz: Format = {
  description: 'NumPy (.npz)',
  matches: ({ entries }) => entries !== null && [...entries.keys()].some((path) => path.endsWith(ending)),
  read: readArrays,
};

/** Reads the headers of all arrays and none of their elements. Throws `StudioError` when the file is no npz. */
export async function readNpz(file: NamedFile): Promise<Npz> {
  const opened = await openFile(file);
  if (npz.matches(opened)) return readArrays(opened);
  throw fileError(opened.name, `${opened.name} is no npz file.`, 'Save the arrays with numpy.savez.');
}

async function readArrays({ name: file, source, entries }: OpenedFile): Promise<Npz> {
  const tensors = new Map<string, RawTensor>();
  for (const [path, entry] of entries ?? []) {
    if (!path.endsWith(ending)) continue;
    const name = path.slice(0, -ending.length);
    const tensor = await openNpy(file, name, entry);
    if (tensor) tensors.set(name, tensor);
  }
  return { file, bytes: source.size, container: 'npz', parts: [], tensors, metadata: {} };
}
