/** Telling files apart by their contents without reading gigabytes. */
import type { ByteSource } from '../tensors/byte-source.ts';

/** Files up to this long are read whole; of longer ones this much at each end, so the header of any checkpoint. Bytes. */
const edge = 1 << 20;
const whole = 4 * edge;
/** Slices between the ends of a long file, at even distances, and their length in bytes. */
const slices = 16;
const sliceLength = 1 << 16;
/** Files that are read at the same time: folders have thousands of small ones. */
const atOnce = 16;

/**
 * SHA-256, in hexadecimal, of the files in their order, whatever they are called: of each its size in bytes (8, little-endian) and
 * the SHA-256 of what is read of it: all of a file up to 4 MiB; of a longer one the first and the last MiB and, between them, 16
 * slices of 64 KiB at even distances. Null where the browser has no hashes, as on a page that came without https, and where a file
 * can no longer be read.
 */
export async function fingerprintOf(files: readonly ByteSource[]): Promise<string | null> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return null;
  try {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const part = async (file: ByteSource) =>
      joined([sizeBytes(file.size), new Uint8Array(await subtle.digest('SHA-256', await sample(file)))]);
    for (let at = 0; at < files.length; at += atOnce) {
      parts.push(...(await Promise.all(files.slice(at, at + atOnce).map(part))));
    }
    const digest = new Uint8Array(await subtle.digest('SHA-256', joined(parts)));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch {
    return null;
  }
}

async function sample(file: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = file;
  if (size <= whole) return file.read(0, size);
  const distance = (size - 2 * edge - sliceLength) / (slices - 1);
  const between = Array.from({ length: slices }, (_, index) => {
    const start = edge + Math.floor(index * distance);
    return file.read(start, start + sliceLength);
  });
  return joined(await Promise.all([file.read(0, edge), ...between, file.read(size - edge, size)]));
}

function sizeBytes(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(size), true);
  return bytes;
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
