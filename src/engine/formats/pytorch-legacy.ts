/**
 * PyTorch checkpoints as `torch.save` wrote them before version 1.6, and writes them still when told to: a magic number, the
 * version, facts on the machine, the object and the keys of its storages, all pickled one after the other; then the storages in the
 * order of their keys, each with the number of its elements (8 bytes) before them. `torch.serialization._legacy_save`.
 */
import type { StudioError } from '../errors.ts';
import type { ByteSource, NamedSource } from '../tensors/byte-source.ts';
import { checkRange } from '../tensors/byte-source.ts';
import { elementBytes } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import type { Format } from './format.ts';
import { placeTensors } from './pickle/place.ts';
import { tensorsOf } from './pickle/state-dict.ts';
import { unpickleAt } from './pickle/unpickle.ts';
import type { PickledStorage } from './pickle/values.ts';

/** The pickle of 0x1950a86a20f9469cfc6c. */
const magic = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const version = 1001;
const countBytes = 8;
const undecodedBytes: ReadonlyMap<string, number> = new Map([
  ['torch.ComplexFloatStorage', 8],
  ['torch.ComplexDoubleStorage', 16],
  ['torch.QInt8Storage', 1],
  ['torch.QUInt8Storage', 1],
  ['torch.QInt32Storage', 4],
]);

export const pytorchLegacy: Format = {
  description: 'PyTorch before 1.6',
  matches: ({ head }) => magic.every((byte, i) => head[i] === byte),
  read: readLegacy,
};

async function readLegacy(file: NamedSource): Promise<Checkpoint> {
  const { name, source } = file;
  const protocol = await unpickleAt(file, magic.length);
  if (protocol.value !== version) throw damaged(name, 'it has another version than any that is known');
  const machine = await unpickleAt(file, protocol.end);
  checkByteOrder(name, machine.value);
  const object = await unpickleAt(file, machine.end);
  const keys = await unpickleAt(file, object.end);
  const storages = await placeStorages(file, keys.end, keys.value, object.storages);
  const tensors = placeTensors(name, tensorsOf(name, object.value), storages);
  return { file: name, bytes: source.size, container: 'PyTorch legacy', parts: [], tensors, metadata: {} };
}

function checkByteOrder(file: string, machine: unknown): void {
  if (!(machine instanceof Map)) throw damaged(file, 'it does not say which machine it comes from');
  if (machine.get('little_endian') !== false) return;
  throw fileError(
    file,
    `${file} was saved on a big-endian machine, and the studio reads little-endian numbers only.`,
    'Open it with torch.load on an ordinary computer and save it again.',
  );
}

/** Goes from storage to storage, and reads of each its length alone. */
async function placeStorages(
  { name, source }: NamedSource,
  start: number,
  keys: unknown,
  described: ReadonlyMap<string, PickledStorage>,
): Promise<Map<string, ByteSource>> {
  if (!Array.isArray(keys)) throw damaged(name, 'its list of storages is missing');
  const placed = new Map<string, ByteSource>();
  let position = start;
  for (const key of keys as unknown[]) {
    const storage = typeof key === 'string' ? described.get(key) : undefined;
    if (!storage || placed.has(storage.key)) throw damaged(name, 'its list of storages is not that of its tensors');
    const begin = position + countBytes;
    if (begin > source.size) throw cutOff(name);
    const prefix = await source.read(position, begin);
    const count = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
    const size = count * bytesOf(name, storage);
    if (begin + size > source.size) throw cutOff(name);
    placed.set(storage.key, partOf(source, begin, size));
    position = begin + size;
  }
  return placed;
}

/** Bytes of an element. Those of a storage that is not decoded count as well: others lie behind it. */
function bytesOf(file: string, { elementType, typeName }: PickledStorage): number {
  const bytes = elementType === null ? undecodedBytes.get(typeName) : elementBytes[elementType];
  if (bytes !== undefined) return bytes;
  throw fileError(
    file,
    `${file} has a ${typeName}, which the studio does not know.`,
    'Open it with torch.load and save it again.',
  );
}

function partOf(source: ByteSource, begin: number, size: number): ByteSource {
  return {
    size,
    read(start, end) {
      checkRange(start, end, size);
      return source.read(begin + start, begin + end);
    },
  };
}

function damaged(file: string, reason: string): StudioError {
  return fileError(file, `${file} is cut off or damaged: ${reason}.`);
}

function cutOff(file: string): StudioError {
  return fileError(file, `${file} is cut off: its storages end behind its last byte.`);
}
