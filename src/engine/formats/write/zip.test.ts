import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { expect, test } from 'vitest';
import { joined, sameBytes, sparse } from '../testing.ts';
import { openZip } from '../zip/zip.ts';
import { crc32 } from './crc32.ts';
import type { OutputFile, Piece } from './output.ts';
import { bytesPiece, wholeFile } from './output.ts';
import { zipFile } from './zip.ts';

const contents = new Map([
  ['a/odd.bin', Uint8Array.from({ length: 1001 }, (_, i) => (i * i) % 251)],
  ['blöcke/0.npy', joined('hello')],
  ['empty', new Uint8Array()],
]);
const entries = () => Array.from(contents, ([path, bytes]) => ({ path, content: bytesPiece(bytes) }));

test('the checksum is the one of the standard, in one chunk or in several', () => {
  expect(crc32([joined('123456789')])).toBe(0xcbf43926);
  expect(crc32([joined('1'), joined(''), joined('2345678'), joined('9')])).toBe(0xcbf43926);
});

test('another reader finds the entries, with the right checksums', async () => {
  const bytes = wholeFile(zipFile('things.zip', entries()));
  const reader = new ZipReader(new Uint8ArrayReader(bytes), { useWebWorkers: false, checkSignature: true });
  const read = await reader.getEntries();
  expect(read.map(({ filename }) => filename)).toEqual([...contents.keys()]);
  for (const entry of read) {
    if (entry.directory) expect.fail(`${entry.filename} is a folder`);
    expect(sameBytes(await entry.getData(new Uint8ArrayWriter()), contents.get(entry.filename)!)).toBe(true);
  }
});

test('every entry begins at a multiple of 64 bytes, and the size is known beforehand', () => {
  const file = zipFile('things.zip', entries());
  const bytes = wholeFile(file);
  expect(bytes.length).toBe(file.bytes);
  for (const content of contents.values()) {
    if (content.length > 0) expect(Buffer.from(bytes).indexOf(content) % 64).toBe(0);
  }
});

test('a file may be written twice, and is the same', () => {
  const file = zipFile('things.zip', entries());
  expect(sameBytes(wholeFile(file), wholeFile(file))).toBe(true);
});

test('a piece that is not as long as it said is an error, not a damaged file', () => {
  const short: Piece = { bytes: 9, chunks: () => [joined('hello')] };
  expect(() => wholeFile(zipFile('things.zip', [{ path: 'short', content: short }]))).toThrow(/things\.zip: a piece/);
});

/** What a file has beside zeros: its small chunks. */
function piecesOf(file: OutputFile): [number, Uint8Array][] {
  const pieces: [number, Uint8Array][] = [];
  let position = 0;
  for (const chunk of file.chunks()) {
    if (chunk.length < 2 ** 20) pieces.push([position, chunk]);
    position += chunk.length;
  }
  expect(position).toBe(file.bytes);
  return pieces;
}

test('entries of more than 4 GB, and entries behind them', async () => {
  const zeros = new Uint8Array(2 ** 28);
  const large: Piece = { bytes: 16 * zeros.length, chunks: () => new Array<typeof zeros>(16).fill(zeros) };
  const file = zipFile('large.zip', [
    { path: 'large', content: large },
    { path: 'behind', content: bytesPiece(joined('far away')) },
  ]);
  const read = await openZip({ name: file.name, source: sparse(file.bytes, piecesOf(file)) });
  expect(Array.from(read, ([path, { size }]) => [path, size])).toEqual([
    ['large', large.bytes],
    ['behind', 8],
  ]);
  expect(await read.get('behind')!.read(0, 8)).toEqual(joined('far away'));
  expect(await read.get('large')!.read(large.bytes - 2, large.bytes)).toEqual(new Uint8Array(2));
});
