import { describe, expect, it } from 'vitest';
import { openFile } from '../../formats/format.ts';
import { bytesSource } from '../../tensors/byte-source.ts';
import { readFixture } from '../../testing/node.ts';
import { unpackGzip } from './gzip.ts';
import { looksLikeImages, readImages } from './read-images.ts';
import { openTar } from './tar.ts';
import { decodeBmp, imageErrorOf, named } from './testing.ts';

const dialects = ['gnu', 'ustar', 'posix'];
const flowers = (dialect: string) => readFixture(`fixtures/images/flowers-${dialect}.tar.gz`);

describe('tar', () => {
  it.each(dialects)('of dialect %s is read, packed with gzip and not, and looks like images', async (dialect) => {
    const packed = await flowers(dialect);
    const plain = await unpackGzip(packed);
    for (const file of [packed, plain]) {
      const { file: name, train, test, labelNames, notes } = await readImages([file], decodeBmp);
      expect([name, labelNames, notes]).toEqual([file.name, ['rose', 'tulip'], []]);
      expect([train.count, test.count, train.shape]).toEqual([3, 0, [2, 2, 1]]);
      const pixels = [0, 1, 2].map((row) => [train.labels[row], train.pixels[row * 4]]);
      expect(pixels).toEqual([
        [0, 10],
        [0, 20],
        [1, 30],
      ]);
      expect(await looksLikeImages(await openFile(file))).toBe(true);
    }
  });

  it.each(dialects)('of dialect %s has the whole of a long name', async (dialect) => {
    const paths = [...(await openTar(await unpackGzip(await flowers(dialect)))).keys()];
    expect(paths).toHaveLength(4);
    expect(paths[2]).toBe(`${'flowers-of-many-gardens-'.repeat(3)}/rose/a-name-that-is-longer-than-others.bmp`);
  });

  it('that is cut off is refused', async () => {
    const { source } = await unpackGzip(await flowers('ustar'));
    const cut = named('flowers.tar', await source.read(0, 2600));
    expect((await imageErrorOf(readImages([cut], decodeBmp))).message).toMatch(
      /flowers\.tar is cut off: .*\/rose\/1\.bmp does not end in it/,
    );
  });

  it('of text does not look like images', async () => {
    const { source } = await unpackGzip(await flowers('ustar'));
    const text = { name: 'text.tar', source: bytesSource(await source.read(0, 1536)) };
    expect(await looksLikeImages(await openFile(text))).toBe(false);
    expect((await imageErrorOf(readImages([text], decodeBmp))).message).toMatch(/text\.tar has no images/);
  });
});
