/** The directory of a zip archive, read by zip.js. */

import type { Entry, Reader } from '@zip.js/zip.js/lib/zip-core-reader.js';
import { ZipReader } from '@zip.js/zip.js/lib/zip-core-reader.js';
import { StudioError } from '../../errors.ts';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { fileError } from '../../tensors/file-error.ts';

const endBytes = 22;
const endMagic = 0x06054b50;
const locatorBytes = 20;
const locatorMagic = 0x07064b50;
const zip64EndBytes = 56;
const zip64EndMagic = 0x06064b50;

/** All entries, with names, sizes and places. Throws `StudioError` when the directory is not there. */
export async function readZipDirectory(file: NamedSource): Promise<Entry[]> {
  try {
    const source = await withoutSpareRecords(file.source);
    return await new ZipReader(readerOf(source), { useWebWorkers: false }).getEntries();
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw fileError(
      file.name,
      `${file.name} is cut off or damaged: it begins as a zip archive, but the directory at its end cannot be read.`,
      'Download or copy the file again and compare its size with the original.',
      cause,
    );
  }
}

/** While it reads the directory, zip.js uses no more than these two members of a Reader. */
function readerOf(source: ByteSource): Reader<unknown> {
  const { size } = source;
  const readUint8Array = (offset: number, length: number) => source.read(offset, Math.min(offset + length, size));
  return { size, readUint8Array } as Reader<unknown>;
}

/**
 * PyTorch ends every archive with zip64 records, needed or not. Not needed, they mislead zip.js 2.24: it finds the directory
 * 76 bytes ahead of where it expects it and, when a record of the directory happens to begin in both places (the first one has
 * 76 bytes if the folder's name has 21 letters), reads from the wrong one. So it gets to see the archive without them.
 */
async function withoutSpareRecords(source: ByteSource): Promise<ByteSource> {
  const spareBytes = zip64EndBytes + locatorBytes;
  const spareStart = source.size - endBytes - spareBytes;
  if (spareStart < 0) return source;
  const tail = await source.read(spareStart, source.size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const present =
    view.getUint32(0, true) === zip64EndMagic &&
    view.getUint32(zip64EndBytes, true) === locatorMagic &&
    view.getUint32(spareBytes, true) === endMagic;
  const needed =
    view.getUint16(spareBytes + 10, true) === 0xffff || view.getUint32(spareBytes + 16, true) === 0xffffffff;
  return present && !needed ? without(source, spareStart, spareBytes) : source;
}

/** `source` with `length` bytes at `start` left out. */
function without(source: ByteSource, start: number, length: number): ByteSource {
  return {
    size: source.size - length,
    async read(from, to) {
      const before = await source.read(Math.min(from, start), Math.min(to, start));
      const after = await source.read(Math.max(from, start) + length, Math.max(to, start) + length);
      const bytes = new Uint8Array(to - from);
      bytes.set(before);
      bytes.set(after, before.length);
      return bytes;
    },
  };
}
