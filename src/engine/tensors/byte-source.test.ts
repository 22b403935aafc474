import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StudioError } from '../errors.ts';
import { blobSource, bytesSource, namedSource } from './byte-source.ts';

const bytes = Uint8Array.of(1, 2, 3, 4, 5);

describe.each([
  ['bytesSource', bytesSource(bytes)],
  ['blobSource', blobSource(new Blob([bytes]))],
])('%s', (_, source) => {
  test('reads ranges', async () => {
    expect(source.size).toBe(5);
    expect([...(await source.read(1, 3))]).toEqual([2, 3]);
    expect([...(await source.read(0, 5))]).toEqual([1, 2, 3, 4, 5]);
    expect([...(await source.read(5, 5))]).toEqual([]);
  });

  test.each([
    [-1, 2],
    [3, 2],
    [4, 6],
    [0.5, 2],
    [NaN, 2],
  ])('refuses %d to %d', async (start, end) => {
    await expect(source.read(start, end)).rejects.toThrow(RangeError);
  });
});

test('bytesSource hands out views', async () => {
  expect((await bytesSource(bytes).read(1, 3)).buffer).toBe(bytes.buffer);
});

test('a File brings its own name, bytes are given one', async () => {
  const file = namedSource(new File([bytes], 'five.bin'));
  expect(file.name).toBe('five.bin');
  expect(file.source.size).toBe(5);
  const named = { name: 'mine.bin', source: bytesSource(bytes) };
  expect(namedSource(named)).toBe(named);
});

test('a file that changes on the disk is an error for people', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'byte-source-'));
  try {
    const path = join(folder, 'changing.bin');
    writeFileSync(path, bytes);
    const source = blobSource(await openAsBlob(path));
    expect([...(await source.read(0, 2))]).toEqual([1, 2]);
    writeFileSync(path, 'something longer');
    await expect(source.read(0, 2)).rejects.toThrow(StudioError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
