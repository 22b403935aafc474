/** Random access to bytes, read lazily: a Blob (and so a File) in the tab, a byte array in tests and exports. */
import { fileError } from './file-error.ts';

export interface ByteSource {
  readonly size: number;
  /**
   * Bytes `start` up to but not including `end`; throws a RangeError when they lie outside.
   * What it returns may be a view of memory that others read as well: do not write into it.
   */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A source and the name of the file that it belongs to. */
export interface NamedSource {
  name: string;
  source: ByteSource;
}

/** What a person drops into the tab, or bytes with a name. */
export type NamedFile = (Blob & { name: string }) | NamedSource;

/** Reads slices of a Blob when they are asked for, and never the whole of it. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    async read(start, end) {
      checkRange(start, end, blob.size);
      try {
        return new Uint8Array(await blob.slice(start, end).arrayBuffer());
      } catch (error) {
        throw unreadable(blob, error);
      }
    },
  };
}

/** Hands out views of `bytes`, without a copy. */
export function bytesSource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    size: bytes.length,
    async read(start, end) {
      checkRange(start, end, bytes.length);
      return bytes.subarray(start, end);
    },
  };
}

export function namedSource(file: NamedFile): NamedSource {
  return file instanceof Blob ? { name: file.name, source: blobSource(file) } : file;
}

/** Throws unless `start` to `end` is a range of whole bytes inside `size`. Every source checks its reads with this. */
export function checkRange(start: number, end: number, size: number): void {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || start > end || end > size) {
    throw new RangeError(`bytes ${start} to ${end} are outside of a source of ${size} bytes`);
  }
}

/** The browser refuses a slice when the file on the disk is no longer the one that was added, or when memory is out. */
function unreadable(blob: Blob, cause: unknown): Error {
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'A file';
  return fileError(
    name,
    `${name} can no longer be read: it was changed, moved or removed, or memory is short.`,
    'Add the file again; if that does not help, close other tabs first.',
    cause,
  );
}
