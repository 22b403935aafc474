/** gzip: one file, packed. */
import { StudioError } from '../../errors.ts';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { bytesSource } from '../../tensors/byte-source.ts';
import { imageError } from '../image-file.ts';
import { largestDecoded } from './limit.ts';

const chunkBytes = 2 ** 20;

export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** What a gzip file holds, in memory. Throws `StudioError` when it is damaged or holds more than images may take. */
export async function unpackGzip({ name, source }: NamedSource): Promise<NamedSource> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of unpacked(name, source)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestDecoded) {
      throw imageError(
        name,
        `${name} unpacks to more than 2 GB.`,
        'Choose a part of the images, or make them smaller.',
      );
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { name: name.replace(/\.gz$/i, ''), source: bytesSource(bytes) };
}

/** The first bytes that a gzip file unpacks to; none when it is damaged. */
export async function headOfGzip(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const start = bytesSource(await source.read(0, Math.min(source.size, 2 ** 12)));
  try {
    for await (const chunk of unpacked('', start)) return chunk;
  } catch (error) {
    if (!(error instanceof StudioError)) throw error;
  }
  return new Uint8Array();
}

async function* unpacked(name: string, source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = chunksOf(source).pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw imageError(name, `${name} cannot be unpacked: it is cut off or damaged.`, 'Download or copy the file again.');
  } finally {
    await reader.cancel().catch(() => undefined); // a stream that failed has nothing left to cancel
  }
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
