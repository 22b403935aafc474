/** safetensors: 8 bytes header length, a JSON header with name, element type, shape and place of each tensor, then the elements. */
import { z } from 'zod';
import type { NamedSource } from '../tensors/byte-source.ts';
import type { ElementType } from '../tensors/elements.ts';
import { elementBytes, elementTypes } from '../tensors/elements.ts';
import { fileError } from '../tensors/file-error.ts';
import { fileTensor } from '../tensors/file-tensor.ts';
import type { Checkpoint, RawTensor } from '../tensors/host-tensor.ts';
import { elementCount } from '../tensors/strides.ts';
import type { Format } from './format.ts';

/** The limit of the reference implementation. */
const longestHeader = 100_000_000;
/** Of the number before the header. */
export const lengthBytes = 8;
export const metadataKey = '__metadata__';

export const safetensors: Format = {
  description: 'safetensors',
  // The header's length fits into 5 bytes, and the header is a JSON object.
  matches: ({ head }) => head[8] === 0x7b && head[5] === 0 && head[6] === 0 && head[7] === 0,
  read: readSafetensors,
};

async function readSafetensors(file: NamedSource): Promise<Checkpoint> {
  const { header, dataStart } = await readHeader(file);
  const entries = new Map<string, unknown>(Object.entries(header));
  const metadata = entries.get(metadataKey);
  entries.delete(metadataKey);
  const placed = Array.from(entries, ([name, entry]) => placeOf(file, name, entry));
  checkOverlap(file.name, placed);
  return {
    file: file.name,
    bytes: file.source.size,
    container: 'safetensors',
    parts: [],
    tensors: new Map(placed.map((place) => [place.name, tensorAt(file, dataStart, place)])),
    metadata: stringsOf(metadata),
  };
}

async function readHeader({ name, source }: NamedSource): Promise<{ header: object; dataStart: number }> {
  if (source.size < lengthBytes) throw fileError(name, `${name} is cut off: it has only ${source.size} bytes.`);
  const prefix = await source.read(0, lengthBytes);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  if (length > longestHeader) {
    throw fileError(
      name,
      `${name} claims a safetensors header of ${length} bytes; 100 MB is the most that a header may have.`,
    );
  }
  const dataStart = lengthBytes + length;
  if (dataStart > source.size) {
    throw fileError(
      name,
      `${name} is cut off: its header alone takes ${dataStart} bytes, and ${source.size} are there.`,
    );
  }
  return { header: parseHeader(name, await source.read(lengthBytes, dataStart)), dataStart };
}

function parseHeader(file: string, bytes: Uint8Array): object {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null) return header;
    throw new TypeError('not an object');
  } catch (cause) {
    throw fileError(file, `${file} is damaged: its safetensors header is no JSON object.`, undefined, cause);
  }
}

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

interface Place {
  name: string;
  elementType: ElementType;
  shape: number[];
  /** First byte, counted from the end of the header, and the one after the last. */
  begin: number;
  end: number;
}

function placeOf({ name: file }: NamedSource, name: string, entry: unknown): Place {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) {
    throw fileError(file, `${file} is damaged: its header does not say what and where the tensor "${name}" is.`);
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const elementType = elementTypes.find((type) => type === dtype);
  if (elementType === undefined) {
    throw fileError(
      file,
      `The tensor "${name}" in ${file} has elements of type ${dtype}, which the studio does not read.`,
      `Save it with one of ${elementTypes.join(', ')}.`,
    );
  }
  const [begin, end] = data_offsets;
  if (end - begin !== elementCount(shape) * elementBytes[elementType]) {
    throw fileError(
      file,
      `${file} is damaged: the tensor "${name}" has ${end - begin} bytes, which do not fit its shape.`,
    );
  }
  return { name, elementType, shape, begin, end };
}

function checkOverlap(file: string, places: Place[]): void {
  const inOrder = places.filter(({ begin, end }) => begin < end).sort((a, b) => a.begin - b.begin);
  for (const [i, place] of inOrder.entries()) {
    const next = inOrder[i + 1];
    if (next === undefined || next.begin >= place.end) continue;
    throw fileError(file, `${file} is damaged: the tensors "${place.name}" and "${next.name}" overlap.`);
  }
}

function tensorAt({ name: file, source }: NamedSource, dataStart: number, place: Place): RawTensor {
  const { name, elementType, shape, begin } = place;
  return fileTensor({ file, name, elementType, shape, source, byteOffset: dataStart + begin });
}

function stringsOf(metadata: unknown): Record<string, string> {
  if (typeof metadata !== 'object' || metadata === null) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => typeof value === 'string'));
}
