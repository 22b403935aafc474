import { describe, expect, it } from 'vitest';
import { joined } from '../../formats/testing.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import { readImages } from './read-images.ts';
import { bmpOf, decodeBmp, demoImages, expectSameImages, imageErrorOf, named, parquet, range } from './testing.ts';

const { train, test } = await demoImages(12, 4);
const digits = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const features = { info: { features: { image: { _type: 'Image' }, label: { names: digits, _type: 'ClassLabel' } } } };

const row = (set: typeof train, index: number) => ({
  bytes: bmpOf(set, index),
  path: `${index}.bmp`,
  label: set.labels[index]! as number | string,
});
const rows = (set: typeof train, from: number, to: number) => range(to - from).map((at) => row(set, from + at));
const read = (files: NamedSource[]) => readImages(files, decodeBmp);

/** A source that keeps account of what is read. */
function watched(file: NamedSource) {
  const reads: [number, number][] = [];
  const { source } = file;
  const watching = {
    size: source.size,
    read: (start: number, end: number) => {
      reads.push([start, end]);
      return source.read(start, end);
    },
  };
  return { file: { name: file.name, source: watching }, reads };
}

describe('parquet', () => {
  it('of training shards and a test split has the images, and the names of classes from its metadata', async () => {
    const files = [
      named('data/train-00000-of-00002.parquet', parquet([rows(train, 0, 3), rows(train, 3, 8)], features)),
      named('data/train-00001-of-00002.parquet', parquet([rows(train, 8, 12)], features)),
      named('data/test-00000-of-00001.parquet', parquet([rows(test, 0, 4)], features)),
    ];
    const images = await read(files);
    expectSameImages(images.train, train);
    expectSameImages(images.test, test);
    expect(images).toMatchObject({ file: 'data', labelNames: digits, notes: [], split: 'test images of the files' });
  });

  it('is read one row group at a time', async () => {
    const groups = [rows(train, 0, 4), rows(train, 4, 8), rows(train, 8, 12)];
    // The footer is looked for in the last 512 KB; before them lies more than that.
    const padded = groups.map((group) =>
      group.map((image) => ({ ...image, bytes: joined(image.bytes, new Uint8Array(100_000)) })),
    );
    const { file, reads } = watched(named('train.parquet', parquet(padded, features)));
    const images = await read([file]);
    expect(images.train.count + images.test.count).toBe(12);
    const longest = Math.max(...reads.map(([start, end]) => end - start));
    expect(longest).toBeLessThan(0.45 * file.source.size);
  });

  it('without metadata has numbers only, and text labels as names in natural order', async () => {
    expect((await read([named('train.parquet', parquet([rows(train, 0, 5)], null))])).labelNames).toBeNull();
    const text = rows(train, 0, 5).map((image, at) => ({ ...image, label: `kind ${10 - at}` }));
    const images = await read([named('train.parquet', parquet([text], null))]);
    expect(images.labelNames).toEqual(['kind 6', 'kind 7', 'kind 8', 'kind 9', 'kind 10']);
    expect([...images.train.labels, ...images.test.labels].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves out images without a label', async () => {
    const some = rows(train, 0, 6).map((image, at) => (at < 2 ? { ...image, label: -1 } : image));
    const images = await read([named('train.parquet', parquet([some], features))]);
    expect(images.train.count + images.test.count).toBe(4);
    expect(images.notes).toEqual(['2 images without a label left out']);
  });

  const whole = parquet([rows(train, 0, 4)], features);
  it.each([
    [
      'no column of labels',
      parquet([rows(train, 0, 4)], features, 'caption'),
      /no column of labels; its columns are image, caption/,
    ],
    [
      'no labels',
      parquet([rows(train, 0, 4).map((image) => ({ ...image, label: -1 }))], features),
      /has no images with labels/,
    ],
    ['its end cut off', whole.slice(0, -20), /cannot be read as parquet: /],
    [
      'its images overwritten',
      whole.slice().fill(255, 4, 3000),
      /More than one in 20 of the 4 images .* cannot be read/,
    ],
  ] as [string, Uint8Array, RegExp][])('is refused with %s', async (_, bytes, message) => {
    expect((await imageErrorOf(read([named('train.parquet', bytes)]))).message).toMatch(message);
  });

  it('without a column of images is refused', async () => {
    // "bytes" becomes "words": a struct, but none of an image.
    const other = Buffer.from(whole).toString('latin1').replaceAll('\x05bytes', '\x05words');
    expect((await imageErrorOf(read([named('train.parquet', Buffer.from(other, 'latin1'))]))).message).toMatch(
      /no column of images; its columns are image, label/,
    );
  });
});
