/**
 * Zip archives, read lazily: the directory by zip.js, the contents straight from the file.
 * A stored entry is a slice of the file; a deflated one is inflated as far as it is asked for.
 */
import type { Entry } from '@zip.js/zip.js/lib/zip-core-reader.js';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { checkRange } from '../../tensors/byte-source.ts';
import { fileError } from '../../tensors/file-error.ts';
import { crc32 } from '../write/crc32.ts';
import { readZipDirectory } from './directory.ts';
import { inflate } from './inflate.ts';

const stored = 0;
const deflated = 8;
const localHeaderBytes = 30;
const localHeaderMagic = 0x04034b50;
/** Above this an entry is refused before anything is inflated. */
const largestInflated = 2 ** 32;
/** Deflate cannot pack tighter than about 1032 to 1; an entry that claims more is made to fill memory. */
const largestRatio = 1032;

export function isZip(head: Uint8Array): boolean {
  const [p, k, third, fourth] = head;
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

/** Entries by path, without folders. Throws `StudioError` when the directory is missing or when an entry cannot be read. */
export async function openZip(file: NamedSource): Promise<ReadonlyMap<string, ByteSource>> {
  const entries = (await readZipDirectory(file)).filter((entry) => !entry.directory);
  const sources = entries.map((entry) => entrySource(file, entry));
  const checked = areChecked(entries, sources);
  return new Map(entries.map((entry, index) => [entry.filename, checkedSource(file, entry, sources[index]!, checked)]));
}

function entrySource(file: NamedSource, entry: Entry): ByteSource {
  checkEntry(file, entry);
  const size = entry.uncompressedSize;
  let data: Promise<ByteSource> | null = null;
  return {
    size,
    async read(start, end) {
      checkRange(start, end, size);
      data ??= locate(file, entry);
      const packed = await data;
      if (entry.compressionMethod === stored) return packed.read(start, end);
      return inflate(packed, size, start, end, `${entry.filename} in ${file.name}`, file.name);
    },
  };
}

/** An entry that is read whole has to have the checksum that the directory names. */
function checkedSource(
  file: NamedSource,
  entry: Entry,
  source: ByteSource,
  checked: () => Promise<boolean>,
): ByteSource {
  return {
    size: source.size,
    async read(start, end) {
      const bytes = await source.read(start, end);
      const whole = start === 0 && end === source.size && end > 0;
      if (whole && crc32([bytes]) !== entry.signature && (await checked())) {
        throw fileError(file.name, `${entry.filename} in ${file.name} is damaged: its checksum is another.`);
      }
      return bytes;
    },
  };
}

/**
 * Whether whoever wrote the archive computed checksums: the one of the smallest entry is right. PyTorch can be told not to
 * (`torch.serialization.set_crc32_options`), and reads such files all the same.
 */
function areChecked(entries: readonly Entry[], sources: readonly ByteSource[]): () => Promise<boolean> {
  let answer: Promise<boolean> | null = null;
  const sizes = entries.map(({ uncompressedSize }) => uncompressedSize || Number.POSITIVE_INFINITY);
  const smallest = sizes.indexOf(Math.min(...sizes));
  const check = async () => {
    const source = sources[smallest];
    return source !== undefined && crc32([await source.read(0, source.size)]) === entries[smallest]?.signature;
  };
  return () => (answer ??= check().catch(() => false));
}

function checkEntry({ name, source }: NamedSource, entry: Entry): void {
  const { filename, compressionMethod, compressedSize, uncompressedSize, offset } = entry;
  const refuse = (reason: string) =>
    fileError(name, `${filename} in ${name} ${reason}.`, 'Save or pack the file again.');
  if (entry.encrypted) throw refuse('is encrypted');
  if (compressionMethod !== stored && compressionMethod !== deflated) {
    throw refuse(`is packed with method ${compressionMethod}, which is neither "stored" nor "deflated"`);
  }
  if (compressionMethod === stored && compressedSize !== uncompressedSize) throw refuse('has two different sizes');
  if (compressionMethod === deflated && uncompressedSize > Math.min(largestInflated, compressedSize * largestRatio)) {
    throw refuse(`claims to unpack to ${uncompressedSize} bytes, which is more than can be or than is safe`);
  }
  if (offset + localHeaderBytes + compressedSize > source.size) throw cutOff(name, filename);
}

/** The packed bytes of an entry. They begin after a header whose length only the header itself tells. */
async function locate({ name, source }: NamedSource, entry: Entry): Promise<ByteSource> {
  const header = await source.read(entry.offset, entry.offset + localHeaderBytes);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (view.getUint32(0, true) !== localHeaderMagic) throw cutOff(name, entry.filename);
  const begin = entry.offset + localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
  const size = entry.compressedSize;
  if (begin + size > source.size) throw cutOff(name, entry.filename);
  return { size, read: (start, end) => source.read(begin + start, begin + end) };
}

function cutOff(file: string, entry: string): Error {
  return fileError(file, `${file} is cut off or damaged: ${entry}, which it lists, is not where it should be.`);
}
