import { describe, expect, it } from 'vitest';
import { joined, littleEndian, sparse } from '../../formats/testing.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import { readImages } from './read-images.ts';
import {
  archive,
  demoImages,
  expectSameImages,
  gzipped,
  idx,
  idxImages,
  idxLabels,
  imageErrorOf,
  named,
  noDecoder,
} from './testing.ts';

const { train, test } = await demoImages(30, 10);

const read = (files: NamedSource[]) => readImages(files, noDecoder);
const four = {
  'train-images-idx3-ubyte': idxImages(train),
  'train-labels-idx1-ubyte': idxLabels(train),
  't10k-images-idx3-ubyte': idxImages(test),
  't10k-labels-idx1-ubyte': idxLabels(test),
};
const files = Object.entries(four).map(([name, bytes]) => named(name, bytes));
const [trainImages, trainLabels, testImages, testLabels] = files as [
  NamedSource,
  NamedSource,
  NamedSource,
  NamedSource,
];

describe('IDX', () => {
  it('has training and test images, whatever the order of the files', async () => {
    const images = await read([testLabels, trainImages, testImages, trainLabels]);
    expectSameImages(images.train, train);
    expectSameImages(images.test, test);
    expect(images).toMatchObject({ split: 'test images of the files', labelNames: null, notes: [] });
  });

  it('is read packed with gzip, in one folder, and from a zip archive', async () => {
    const gz = await Promise.all(
      Object.entries(four).map(async ([name, bytes]) => [`mnist/${name}.gz`, await gzipped(bytes)] as const),
    );
    const images = await read(gz.map(([name, bytes]) => named(name, bytes)));
    expect(images.file).toBe('mnist');
    expectSameImages(images.train, train);
    const zip = await archive('mnist.zip', { ...Object.fromEntries(gz), 'readme.txt': joined('hello') });
    expectSameImages((await read([zip])).test, test);
  });

  it('without test images has one image in five held out', async () => {
    const images = await read([trainImages, trainLabels]);
    expect([images.train.count, images.test.count, images.split]).toEqual([24, 6, 'one image in 5 held out']);
    expect([...images.train.labels, ...images.test.labels].sort()).toEqual([...train.labels].sort());
  });

  it('pairs one file of images with one of labels, whatever they are called', async () => {
    const images = await read([
      named('digits.bin', four['train-images-idx3-ubyte']),
      named('classes.bin', four['train-labels-idx1-ubyte']),
    ]);
    expect(images.train.count + images.test.count).toBe(30);
  });

  const renamed = (name: string, bytes: Uint8Array) => [named(name, bytes), trainLabels];
  it.each([
    [
      'the labels missing',
      [trainImages],
      /train-images-idx3-ubyte has images without labels: train-labels-idx1-ubyte is missing/,
    ],
    ['the images missing', [testLabels], /has labels without images: t10k-images-idx3-ubyte is missing/],
    ['test labels of training images', [trainImages, testLabels], /without images: t10k-images-idx3-ubyte is missing/],
    [
      'one label too few',
      renamed('train-images-idx3-ubyte', idx([31, 28, 28], new Uint8Array(31 * 784))),
      /has 31 images, but train-labels-idx1-ubyte has 30 labels/,
    ],
    ['no images', [named('images', idx([0, 28, 28], [])), named('labels', idx([0], []))], /images has no images/],
    [
      'the end missing',
      renamed('train-images-idx3-ubyte', four['train-images-idx3-ubyte'].slice(0, 9000)),
      /is cut off: it has fewer bytes than its header claims/,
    ],
    ['half a header', renamed('train-images-idx3-ubyte', four['train-images-idx3-ubyte'].slice(0, 10)), /is cut off/],
    [
      'a header that claims too much',
      renamed('train-images-idx3-ubyte', joined(0, 0, 8, 3, new Uint8Array(12).fill(255))),
      /is cut off/,
    ],
    [
      'floats',
      renamed('train-images-idx3-ubyte', joined(0, 0, 0x0d, 3, new Uint8Array(12))),
      /holds numbers of type 0x0d/,
    ],
    ['something else of that name', renamed('train-images-idx3-ubyte', joined('<html>')), /is no IDX file/],
    [
      'two sizes',
      [trainImages, trainLabels, named('t10k-images-idx3-ubyte', idx([10, 14, 56], new Uint8Array(7840))), testLabels],
      /two sizes: 28 × 28 × 1 and 14 × 56 × 1/,
    ],
  ] as [string, NamedSource[], RegExp][])('is refused with %s', async (_, files, message) => {
    expect((await imageErrorOf(read(files))).message).toMatch(message);
  });

  it('is refused before it is read when its images take too much memory', async () => {
    const header = joined(0, 0, 8, 4, ...[60_000, 224, 224, 3].map((axis) => littleEndian(axis, 4).reverse()));
    const images = { name: 'images', source: sparse(20 + 60_000 * 224 * 224 * 3, [[0, header]]) };
    const labels = named('labels', idx([60_000], new Uint8Array(60_000)));
    expect((await imageErrorOf(read([images, labels]))).message).toMatch(
      /60000 images of 224 × 224 × 3 .* take 8\.4 GB decoded; 14266 of them would fit/,
    );
  });

  it('is refused when its gzip file is cut off', async () => {
    const gz = named('train-images-idx3-ubyte.gz', (await gzipped(four['train-images-idx3-ubyte'])).slice(0, 3000));
    expect((await imageErrorOf(read([gz, trainLabels]))).message).toMatch(/ubyte\.gz cannot be unpacked/);
  });
});
