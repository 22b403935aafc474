/** Writes safetensors, in one file or in shards with an index as Hugging Face has them. */
import type { FloatType } from '../../tensors/elements.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { lengthBytes, metadataKey } from '../safetensors.ts';
import type { Bytes, NamedWeights, OutputFile } from './output.ts';
import { bytesPiece, outputFile, tensorBytes, tensorPiece, textPiece, wholeFile } from './output.ts';

export interface SafetensorsOptions {
  elementType: FloatType;
  /** Goes into the header beside `format: "pt"`, which loaders of PyTorch models look for. */
  metadata?: Readonly<Record<string, string>>;
}

export interface ShardOptions extends SafetensorsOptions {
  /** Without its ending. */
  name: string;
  /** Bytes of tensors above which a new shard begins; a larger tensor has a shard of its own. */
  shardBytes?: number;
}

/** A safetensors file in memory. Throws as `safetensorsFiles` does. */
export function writeSafetensors(
  tensors: Iterable<readonly [string, Weight]>,
  { elementType, metadata = {} }: SafetensorsOptions,
): Bytes {
  return wholeFile(safetensorsFile('', [...tensors], elementType, metadata));
}

/**
 * One file, `name.safetensors`, or shards, `name-00001-of-00003.safetensors` and so on, followed by `name.safetensors.index.json`.
 * Tensors are in the order given, row-major, all of one element type, the first at a multiple of 8 bytes.
 * Throws `StudioError` when a finite number is too large for the element type.
 */
export function safetensorsFiles(
  tensors: NamedWeights,
  { name, elementType, metadata = {}, shardBytes = Infinity }: ShardOptions,
): OutputFile[] {
  const shards = intoShards(tensors, elementType, shardBytes);
  if (shards.length === 1) return [safetensorsFile(`${name}.safetensors`, tensors, elementType, metadata)];
  const five = (number: number) => String(number).padStart(5, '0');
  const fileNames = shards.map((_, index) => `${name}-${five(index + 1)}-of-${five(shards.length)}.safetensors`);
  const files = shards.map((shard, index) => safetensorsFile(fileNames[index] ?? '', shard, elementType, metadata));
  const total = tensors.reduce((sum, [, weight]) => sum + tensorBytes(weight, elementType), 0);
  const places = shards.flatMap((shard, index) => shard.map(([tensor]) => [tensor, fileNames[index]]));
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(places) };
  return [...files, outputFile(`${name}.safetensors.index.json`, [textPiece(`${JSON.stringify(index, null, 2)}\n`)])];
}

function intoShards(tensors: NamedWeights, type: FloatType, shardBytes: number): (readonly [string, Weight])[][] {
  const shards: (readonly [string, Weight])[][] = [[]];
  let filled = 0;
  for (const tensor of tensors) {
    const bytes = tensorBytes(tensor[1], type);
    if (filled > 0 && filled + bytes > shardBytes) {
      shards.push([]);
      filled = 0;
    }
    shards.at(-1)?.push(tensor);
    filled += bytes;
  }
  return shards;
}

function safetensorsFile(
  name: string,
  tensors: NamedWeights,
  elementType: FloatType,
  metadata: Readonly<Record<string, string>>,
): OutputFile {
  const header = headerOf(tensors, elementType, metadata);
  const length = new Uint8Array(lengthBytes);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  const elements = tensors.map(([tensor, weight]) => tensorPiece(tensor, weight, elementType));
  return outputFile(name, [bytesPiece(length), bytesPiece(header), ...elements]);
}

function headerOf(tensors: NamedWeights, elementType: FloatType, metadata: Readonly<Record<string, string>>): Bytes {
  let begin = 0;
  const entries = tensors.map(([name, weight]) => {
    const end = begin + tensorBytes(weight, elementType);
    const entry = { dtype: elementType, shape: weight.shape, data_offsets: [begin, end] };
    begin = end;
    return [name, entry] as const;
  });
  if (new Set([metadataKey, ...tensors.map(([name]) => name)]).size !== tensors.length + 1) {
    throw new Error(`two tensors of one name, or one named ${metadataKey}`);
  }
  const json = JSON.stringify(Object.fromEntries([[metadataKey, { format: 'pt', ...metadata }], ...entries]));
  return padded(new TextEncoder().encode(json));
}

/** With spaces, so that the elements start at a multiple of 8 bytes. */
function padded(json: Uint8Array): Bytes {
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  header.set(json);
  return header;
}
