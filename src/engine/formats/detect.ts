/** Picks the reader of a checkpoint by the file's content, never by its name. A new format is one new file and one line in `formats`. */
import type { NamedFile } from '../tensors/byte-source.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import { foreignFile } from './foreign.ts';
import type { Beside, Format } from './format.ts';
import { openFile } from './format.ts';
import { hdf5 } from './hdf5.ts';
import { keras } from './keras.ts';
import { npy } from './npy.ts';
import { npz } from './npz.ts';
import { pytorchZip } from './pytorch.ts';
import { pytorchLegacy } from './pytorch-legacy.ts';
import { safetensors } from './safetensors.ts';
import { shardedIndex } from './sharded.ts';
import { tfjsLayers } from './tfjs.ts';

const formats: readonly Format[] = [
  safetensors,
  shardedIndex,
  pytorchZip,
  pytorchLegacy,
  npz,
  npy,
  hdf5,
  keras,
  tfjsLayers,
];

/** Reads what and where the tensors of a checkpoint are, and none of their elements. Throws `StudioError` for any other file. */
export async function readCheckpoint(file: NamedFile, beside: Beside = new Map()): Promise<Checkpoint> {
  const opened = await openFile(file);
  const format = formats.find((format) => format.matches(opened));
  if (format) return format.read(opened, beside);
  throw foreignFile(
    opened,
    formats.map(({ description }) => description),
  );
}
