import { describe, expect, test } from 'vitest';
import { namedSource } from '../../tensors/byte-source.ts';
import { errorOf, find, joined, littleEndian, patched, sameBytes, sparse, watched, zipped } from '../testing.ts';
import { openZip } from './zip.ts';

/** 300 000 bytes in which every place can be told. */
const long = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
const short = joined('hello');
const centralHeader = joined('PK', 1, 2);

const archive = (deflate: boolean) => zipped('things.zip', { 'a/long.bin': long, 'short.txt': short }, { deflate });

async function open(file: File) {
  return openZip(namedSource(file));
}

describe.each([
  ['stored', false],
  ['deflated', true],
])('%s', (_, deflate) => {
  test('entries are read whole and in parts', async () => {
    const entries = await open(await archive(deflate));
    expect([...entries.keys()]).toEqual(['a/long.bin', 'short.txt']);
    const entry = entries.get('a/long.bin')!;
    expect(entry.size).toBe(long.length);
    expect(sameBytes(await entry.read(0, long.length), long)).toBe(true);
    expect(await entry.read(199_990, 200_010)).toEqual(long.subarray(199_990, 200_010));
    expect(await entry.read(299_999, 300_000)).toEqual(long.subarray(299_999));
    expect((await entry.read(7, 7)).length).toBe(0);
    expect(await entries.get('short.txt')!.read(1, 3)).toEqual(joined('el'));
    await expect(entry.read(0, long.length + 1)).rejects.toThrow(RangeError);
  });
});

test('opening reads the directory only, a stored part itself only', async () => {
  const file = watched(await archive(false));
  const entries = await openZip(file);
  expect(file.bytesRead()).toBeLessThan(70_000); // the directory is searched for from the end, at most 64 KB back
  const before = file.bytesRead();
  await entries.get('a/long.bin')!.read(1000, 1010);
  expect(file.bytesRead() - before).toBeLessThan(100);
});

describe('refuses', () => {
  /** The archive with `bytes` at `offset` of the directory's record of its first entry. */
  async function withRecord(deflate: boolean, offset: number, bytes: Uint8Array): Promise<File> {
    const file = await archive(deflate);
    return patched(file, (await find(file, centralHeader)) + offset, bytes);
  }
  const readAll = async (file: File) => {
    const entry = (await open(file)).get('a/long.bin')!;
    return entry.read(0, entry.size);
  };

  test('an entry that claims to unpack to more than deflate can pack, before it is unpacked', async () => {
    const error = await errorOf(open(await withRecord(true, 24, littleEndian(2 ** 32 - 2, 4))));
    expect(error.message).toMatch(/a\/long\.bin in things\.zip claims to unpack to 4294967294 bytes/);
  });

  // The second claim ends where a chunk of unpacked bytes ends, so that the excess is in chunks of its own.
  test.each([299_999, 2 ** 18])('an entry that unpacks to more than the %d bytes that it claims', async (claim) => {
    const error = await errorOf(readAll(await withRecord(true, 24, littleEndian(claim, 4))));
    expect(error.message).toMatch(`unpacks to more than the ${claim} bytes`);
  });

  test('an entry that unpacks to less than it claims', async () => {
    const error = await errorOf(readAll(await withRecord(true, 24, littleEndian(300_001, 4))));
    expect(error.message).toMatch(/cut off: it unpacks to 300000 of 300001 bytes/);
  });

  test('packed bytes that make no sense', async () => {
    const file = await archive(true);
    const at = (await find(file, joined('long.bin'))) + 100;
    const error = await errorOf(readAll(await patched(file, at, new Uint8Array(400).fill(255))));
    expect(error.message).toMatch(/cannot be unpacked|unpacks to/);
  });

  test('packed bytes that end early', async () => {
    const file = await archive(true);
    const record = await find(file, centralHeader);
    const packed = new DataView(await file.arrayBuffer()).getUint32(record + 20, true);
    const error = await errorOf(readAll(await patched(file, record + 20, littleEndian(packed - 50, 4))));
    expect(error.message).toMatch(/cut off/);
  });

  test('an entry past the end of the file', async () => {
    const error = await errorOf(open(await withRecord(true, 20, littleEndian(600_000, 4))));
    expect(error.message).toMatch(/cut off or damaged: a\/long\.bin/);
  });

  test('an entry that is not where the directory says', async () => {
    const error = await errorOf(readAll(await patched(await archive(false), 0, joined('XY'))));
    expect(error.message).toMatch(/a\/long\.bin, which it lists, is not where it should be/);
  });

  test('a stored entry of two sizes', async () => {
    const error = await errorOf(open(await withRecord(false, 24, littleEndian(400_000, 4))));
    expect(error.message).toMatch(/two different sizes/);
  });

  test('an encrypted entry', async () => {
    const error = await errorOf(open(await withRecord(false, 8, littleEndian(0x801, 2))));
    expect(error.message).toMatch(/encrypted/);
  });

  test('other ways of packing', async () => {
    const error = await errorOf(open(await withRecord(false, 10, littleEndian(12, 2))));
    expect(error.message).toMatch(/method 12/);
  });
});

test('an entry beyond 4 GB, with zip64 records', async () => {
  const name = 'far.bin';
  const at = 5e9;
  const data = joined('far away');
  const local = joined('PK', 3, 4, new Uint8Array(22), littleEndian(name.length, 2), littleEndian(0, 2), name, data);
  const extra = joined(littleEndian(1, 2), littleEndian(8, 2), littleEndian(at, 8));
  const sizes = joined(littleEndian(data.length, 4), littleEndian(data.length, 4));
  const lengths = joined(littleEndian(name.length, 2), littleEndian(extra.length, 2), new Uint8Array(10));
  const record = joined(centralHeader, new Uint8Array(16), sizes, lengths, littleEndian(2 ** 32 - 1, 4), name, extra);
  const directoryAt = at + local.length;
  const counts = joined(
    littleEndian(1, 8),
    littleEndian(1, 8),
    littleEndian(record.length, 8),
    littleEndian(directoryAt, 8),
  );
  const zip64End = joined(
    'PK',
    6,
    6,
    littleEndian(44, 8),
    littleEndian(45, 2),
    littleEndian(45, 2),
    new Uint8Array(8),
    counts,
  );
  const locator = joined(
    'PK',
    6,
    7,
    new Uint8Array(4),
    littleEndian(directoryAt + record.length, 8),
    littleEndian(1, 4),
  );
  const end = joined(
    'PK',
    5,
    6,
    new Uint8Array(4),
    littleEndian(1, 2),
    littleEndian(1, 2),
    littleEndian(record.length, 4),
  );
  const tail = joined(record, zip64End, locator, end, littleEndian(2 ** 32 - 1, 4), littleEndian(0, 2));
  const source = sparse(directoryAt + tail.length, [
    [at, local],
    [directoryAt, tail],
  ]);
  const entries = await openZip({ name: 'large.zip', source });
  expect([...entries.keys()]).toEqual([name]);
  expect(await entries.get(name)!.read(0, 8)).toEqual(data);
});
