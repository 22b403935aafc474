/**
 * Zip archives, read lazily: the directory by zip.js, the contents straight from the file.
 * A stored entry is a slice of the file; a deflated one is inflated as far as it is asked for.
 */
import type { Entry } from '@zip.js/zip.js/lib/zip-core-reader.js';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { checkRange } from '../../tensors/byte-source.ts';
import { fileError } from '../../tensors/file-error.ts';
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
  const entries = await readZipDirectory(file);
  return new Map(
    entries.filter((entry) => !entry.directory).map((entry) => [entry.filename, entrySource(file, entry)]),
  );
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
