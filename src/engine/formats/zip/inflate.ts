/** Inflates a part of a deflated byte range, chunk by chunk, and keeps no more than that part. */
import { StudioError } from '../../errors.ts';
import type { ByteSource } from '../../tensors/byte-source.ts';
import { fileError } from '../../tensors/file-error.ts';

const chunkBytes = 2 ** 20;

/**
 * Bytes `start` to `end` of what `packed` inflates to, which is `size` bytes.
 * Throws `StudioError` when there are fewer bytes, or more.
 *
 * @param what what is inflated, for errors: "weights.npy in model.npz".
 */
export async function inflate(
  packed: ByteSource,
  size: number,
  start: number,
  end: number,
  what: string,
  file: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const part = new Uint8Array(end - start);
  const chunks = chunksOf(packed).pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  let position = 0;
  try {
    // To the last byte also means to make sure that none follows it.
    while (position < end || end === size) {
      const { done, value } = await chunks.read();
      if (done) break;
      copyOverlap(value, position, part, start);
      position += value.length;
      if (position > size) throw fileError(file, `${what} unpacks to more than the ${size} bytes that it claims.`);
    }
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw fileError(file, `${what} cannot be unpacked: it is cut off or damaged.`, undefined, cause);
  } finally {
    await chunks.cancel().catch(() => undefined); // a stream that failed has nothing left to cancel
  }
  if (position < end) throw fileError(file, `${what} is cut off: it unpacks to ${position} of ${size} bytes.`);
  return part;
}

function chunksOf(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const end = Math.min(position + chunkBytes, source.size);
      if (position === end) return controller.close();
      controller.enqueue(await source.read(position, end));
      position = end;
    },
  });
}

/** Copies what `chunk`, which begins at `position`, and `part`, which begins at `start`, have in common. */
function copyOverlap(chunk: Uint8Array, position: number, part: Uint8Array, start: number): void {
  const from = Math.max(position, start);
  const to = Math.min(position + chunk.length, start + part.length);
  if (from < to) part.set(chunk.subarray(from - position, to - position), from - start);
}
