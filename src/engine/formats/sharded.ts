/** Checkpoints in several files, as Hugging Face saves large ones: an index, `*.index.json`, says which tensor lies in which file. */
import type { NamedSource } from '../tensors/byte-source.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Checkpoint, HostTensor } from '../tensors/host-tensor.ts';
import type { Beside, Format } from './format.ts';
import { openFile } from './format.ts';
import { isJsonWith, membersOf, partsBeside, readJson } from './json.ts';
import { pytorchZip } from './pytorch.ts';
import { pytorchLegacy } from './pytorch-legacy.ts';
import { safetensors } from './safetensors.ts';

const formatsOfShards: readonly Format[] = [safetensors, pytorchZip, pytorchLegacy];

export const shardedIndex: Format = {
  description: 'sharded checkpoints (.index.json with its shards)',
  matches: (file) => isJsonWith(file, ['weight_map', 'total_size']),
  read: readSharded,
};

async function readSharded(file: NamedSource, beside: Beside): Promise<Checkpoint> {
  const promised = await readIndex(file);
  const parts = partsBeside(file.name, [...promised.keys()], beside);
  const shards = new Map<string, Checkpoint>();
  for (const part of parts) shards.set(part.name, await readShard(file.name, part));
  const tensors = new Map<string, HostTensor>();
  for (const [path, names] of promised) {
    const shard = shards.get(path.slice(path.lastIndexOf('/') + 1))!;
    for (const name of names) tensors.set(name, tensorIn(file.name, shard, name));
  }
  const all = [...shards.values()];
  return {
    file: file.name,
    bytes: all.reduce((sum, { bytes }) => sum + bytes, file.source.size),
    container: `sharded ${all[0]!.container}`,
    parts: parts.map(({ name }) => name),
    tensors,
    metadata: all[0]!.metadata,
  };
}

/** Names of the tensors by the file that they lie in. */
async function readIndex(file: NamedSource): Promise<ReadonlyMap<string, string[]>> {
  const damaged = (reason: string, cause?: unknown) =>
    fileError(file.name, `${file.name} is damaged: ${reason}.`, undefined, cause);
  const members = await readJson(file);
  const promised = new Map<string, string[]>();
  try {
    for (const [name, path] of membersOf(members.get('weight_map'))) {
      if (typeof path !== 'string') throw new TypeError(`the place of "${name}" is no file`);
      const names = promised.get(path);
      if (names) names.push(name);
      else promised.set(path, [name]);
    }
  } catch (cause) {
    throw damaged('it does not say which tensor lies in which file', cause);
  }
  if (promised.size === 0) throw damaged('it lists no tensors');
  return promised;
}

async function readShard(index: string, part: NamedSource): Promise<Checkpoint> {
  const opened = await openFile(part);
  const format = formatsOfShards.find((format) => format.matches(opened));
  if (format) return format.read(opened, new Map());
  throw fileError(part.name, `${part.name}, which ${index} names, is neither a safetensors nor a PyTorch file.`);
}

function tensorIn(index: string, shard: Checkpoint, name: string): HostTensor {
  const tensor = shard.tensors.get(name);
  if (tensor) return tensor;
  throw fileError(
    shard.file,
    `${shard.file} has no tensor "${name}", which ${index} says it has.`,
    'Download the index and its shards again, all from the same place.',
  );
}
