/** tar: files one after the other, each after a header of 512 bytes. CIFAR and many folders of images are published so, in gzip. */
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { bytesSource, checkRange } from '../../tensors/byte-source.ts';
import { imageError } from '../image-file.ts';

const blockBytes = 512;
const magicAt = 257;
/** A long name or a record of attributes is never longer. */
const longestText = 2 ** 16;

interface Entry {
  path: string;
  start: number;
  size: number;
}

export const isTar = (head: Uint8Array): boolean => ascii(head.subarray(magicAt, magicAt + 5)) === 'ustar';

/** Files by path, read when asked for. Throws `StudioError` when the archive is cut off. */
export async function openTar({ name, source }: NamedSource): Promise<ReadonlyMap<string, ByteSource>> {
  const entries = new Map<string, ByteSource>();
  for await (const { path, start, size } of entriesOf(source)) {
    if (start + size > source.size) {
      throw imageError(name, `${name} is cut off: ${path} does not end in it.`, 'Download or copy the file again.');
    }
    entries.set(path, part(source, start, size));
  }
  return entries;
}

/** Paths of the files whose headers lie in the first bytes of an archive. */
export async function firstPaths(head: Uint8Array<ArrayBuffer>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of entriesOf(bytesSource(head))) paths.push(path);
  return paths;
}

/** Entries as far as their headers are there. */
async function* entriesOf(source: ByteSource): AsyncGenerator<Entry> {
  let longName: string | null = null;
  let at = 0;
  while (at + blockBytes <= source.size) {
    const header = await source.read(at, at + blockBytes);
    if (!isTar(header)) return; // two blocks of zeros end an archive
    const size = Number.parseInt(ascii(header.subarray(124, 136)), 8) || 0;
    const start = at + blockBytes;
    const type = String.fromCharCode(header[156]!);
    if (type === '0' || type === '\0') yield { path: longName ?? pathOf(header), start, size };
    longName = type === 'L' || type === 'x' ? await longNameIn(source, type, start, size) : null;
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
}

/** The name of the next file where a header has no room for it: as GNU tar (L) or POSIX (x) writes it. */
async function longNameIn(source: ByteSource, type: 'L' | 'x', start: number, size: number): Promise<string | null> {
  const end = Math.min(start + Math.min(size, longestText), source.size);
  const text = ascii(await source.read(Math.min(start, end), end));
  return type === 'L' ? text : (/\d+ path=(.*)\n/.exec(text)?.[1] ?? null);
}

function pathOf(header: Uint8Array): string {
  // GNU tar ends its magic with a blank and has other things where ustar has the first part of a long path.
  const prefix = header[magicAt + 5] === 0 ? ascii(header.subarray(345, 500)) : '';
  const path = ascii(header.subarray(0, 100));
  return (prefix ? `${prefix}/${path}` : path).replace(/^\.\//, '');
}

function part(source: ByteSource, offset: number, size: number): ByteSource {
  return {
    size,
    async read(start, end) {
      checkRange(start, end, size);
      return source.read(offset + start, offset + end);
    },
  };
}

/** Text up to the first zero. */
function ascii(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
