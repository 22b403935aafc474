import { describe, expect, it } from 'vitest';
import { joined } from '../../formats/testing.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import type { ImageSet } from '../images.ts';
import { readImages } from './read-images.ts';
import { archive, bmp, bmpOf, decodeBmp, demoImages, imageErrorOf, named, pixelsOf, range } from './testing.ts';

const { train } = await demoImages(40, 0);
const picture = (row: number) => bmpOf(train, row);
const read = (files: NamedSource[], options = {}) => readImages(files, decodeBmp, options);
const tree = (paths: string[]) => paths.map((path, row) => named(path, picture(row)));
const notAnImage = joined('this is no image');

/** An image of one colour. */
const plain = (height: number, width: number, ...colour: number[]) =>
  bmp(
    [height, width, 3],
    Uint8Array.from({ length: height * width * 3 }, (_, at) => colour[at % colour.length]!),
  );

/** The rows of the demo that images are, by their pixels. */
const rowsOf = (set: ImageSet) =>
  range(set.count).map((row) =>
    range(train.count).find((other) => Buffer.from(pixelsOf(train, other)).equals(pixelsOf(set, row))),
  );

describe('images in folders', () => {
  it('have their classes as labels in natural order', async () => {
    const paths = ['cat 10', 'cat 9', 'dog'].flatMap((name) => range(5).map((at) => `animals/${name}/${at}.bmp`));
    const images = await read(tree(paths));
    expect(images).toMatchObject({ file: 'animals', labelNames: ['cat 9', 'cat 10', 'dog'], notes: [] });
    expect([images.train.count, images.test.count, images.split]).toEqual([12, 3, 'one image in 5 held out']);
    expect(images.train.shape).toEqual([28, 28, 1]);
    for (const set of [images.train, images.test]) {
      expect(rowsOf(set).map((row) => [1, 0, 2][Math.floor(row! / 5)])).toEqual([...set.labels]);
    }
  });

  it('keep to training and test folders, with validation images among those for training', async () => {
    const paths = ['train/b/0.bmp', 'val/a/1.bmp', 'test/b/2.bmp', 'train/a/3.bmp'].map((path) => `set/${path}`);
    const images = await read(tree(paths));
    expect([rowsOf(images.train), [...images.train.labels]]).toEqual([
      [0, 1, 3],
      [1, 0, 0],
    ]);
    expect([rowsOf(images.test), [...images.test.labels]]).toEqual([[2], [1]]);
    expect(images.notes).toEqual(['validation images count as training images']);
    const validated = await read(tree(['train/b/0.bmp', 'valid/a/1.bmp', 'train/a/2.bmp']));
    expect([rowsOf(validated.test), validated.split]).toEqual([[1], 'validation images of the files']);
  });

  it('are read from a zip archive, without hidden files and what is no image', async () => {
    const entries = {
      'flowers/rose/1.bmp': picture(0),
      'flowers/rose/2.png': picture(1),
      'flowers/tulip/1.bmp': picture(2),
      'flowers/overview.bmp': picture(3),
      'flowers/readme.txt': joined('hello'),
      '__MACOSX/flowers/rose/._1.bmp': notAnImage,
      'flowers/rose/.hidden.bmp': notAnImage,
    };
    const images = await read([await archive('flowers.zip', entries)]);
    expect(images.train.count + images.test.count).toBe(3);
    expect(images).toMatchObject({
      file: 'flowers.zip',
      labelNames: ['rose', 'tulip'],
      notes: ['1 image outside of class folders left out, the first is flowers/overview.bmp'],
    });
  });

  it('have three channels when one of them is in colour', async () => {
    const files = [...tree(['x/a/0.bmp', 'x/a/1.bmp', 'x/b/2.bmp']), named('x/b/3.bmp', plain(28, 28, 10, 20, 30))];
    const { train: set, notes } = await read([...files, named('x/b/4.bmp', picture(4))]);
    expect([set.count, set.shape, notes]).toEqual([4, [28, 28, 3], []]);
    const greys = range(4)
      .map((row) => pixelsOf(set, row))
      .filter((pixels) => pixels[0] !== 10);
    const first = pixelsOf(train, 0);
    expect(greys[0]).toEqual(Uint8Array.from({ length: 28 * 28 * 3 }, (_, at) => first[Math.floor(at / 3)]!));
  });

  it('of unequal sizes are resized by the shorter side to 224, then cut', async () => {
    // Left half black, right half white, twice as wide as high: the middle stays.
    const halves = (height: number) =>
      bmp(
        [height, 2 * height, 1],
        Uint8Array.from({ length: 2 * height * height }, (_, at) => (at % (2 * height) < height ? 0 : 255)),
      );
    const files = range(5).map((at) => named(`x/${at % 2}/${at}.bmp`, at === 3 ? halves(112) : halves(448)));
    const { train: set, test, notes } = await read(files);
    expect([set.shape, notes]).toEqual([
      [224, 224, 1],
      ['resized from unequal sizes to 224×224: the shorter side first, then the centre cut out'],
    ]);
    for (const pixels of [...range(4).map((row) => pixelsOf(set, row)), pixelsOf(test, 0)]) {
      expect([pixels[0], pixels[100], pixels[123], pixels[223], pixels[223 * 224 + 50]]).toEqual([0, 0, 255, 255, 0]);
    }
  });

  it('are resized to a wanted size, and say so', async () => {
    const done: number[] = [];
    const progress = (count: number) => done.push(count);
    const files = tree(range(20).map((at) => `x/${at % 2}/${at}.bmp`));
    const { train: set, notes } = await read(files, { target: { height: 14, width: 7 }, progress });
    expect([set.shape, done]).toEqual([
      [14, 7, 1],
      [16, 20],
    ]);
    expect(notes).toEqual(['resized from 28×28 to 14×7: the shorter side first, then the centre cut out']);
  });

  it('leave a damaged image out and say which', async () => {
    const files = tree(range(40).map((at) => `x/${at % 2}/${at}.bmp`));
    files[7] = named('x/1/7.bmp', notAnImage);
    files[9] = named('x/1/9.bmp', picture(9).slice(0, 500));
    const { train: set, test, notes } = await read(files);
    expect(notes).toEqual(['2 images could not be read and are left out, the first is x/1/7.bmp']);
    const rows = [...rowsOf(set), ...rowsOf(test)].sort((a, b) => a! - b!);
    expect(rows).toEqual(range(40).filter((row) => row !== 7 && row !== 9));
    expect([...set.labels, ...test.labels].length).toBe(38);
  });

  it.each([
    [
      'deeper folders',
      tree(['x/a/b/1.bmp', 'x/a/2.bmp', 'x/c/3.bmp']),
      /nested deeper than class\/image or train\/class\/image: x\/a\/b\/1\.bmp/,
    ],
    ['no folders', tree(['1.bmp', '2.bmp']), /are in no class folders, so their classes are not known/],
    ['folders for parts but not for classes', tree(['x/train/1.bmp', 'x/test/2.bmp']), /are in no class folders/],
    [
      'more than one image in 20 damaged',
      [...tree(['x/a/1.bmp', 'x/b/2.bmp']), named('x/b/3.bmp', notAnImage)],
      /More than one in 20 of the 3 images of x cannot be read; the first is x\/b\/3\.bmp \(not an image/,
    ],
  ] as [string, NamedSource[], RegExp][])('are refused with %s', async (_, files, message) => {
    expect((await imageErrorOf(read(files))).message).toMatch(message);
  });

  it('are refused after the first one when they take too much memory', async () => {
    const huge = { height: 200, width: 200, channels: 3, pixels: new Uint8Array(200 * 200 * 3) };
    const decoded: number[] = [];
    const decode = async () => {
      decoded.push(1);
      return huge;
    };
    const files = range(20_000).map((at) => named(`x/${at % 2}/${at}.bmp`, joined()));
    expect((await imageErrorOf(readImages(files, decode))).message).toMatch(
      /20000 images of 200 × 200 × 3 .* 17895 of them would fit/,
    );
    expect(decoded.length).toBeLessThanOrEqual(16);
  });
});

describe('a zip archive', () => {
  it.each([
    ['without images', { 'readme.txt': joined('hello') }, /things\.zip has no images that the studio reads/],
    [
      'of several sets',
      {
        'a/train/x/1.bmp': picture(0),
        'a/test/y/2.bmp': picture(1),
        'b/train/x/1.bmp': picture(2),
        'b/test/y/1.bmp': picture(3),
      },
      /holds several sets of images: a, b/,
    ],
    ['of images in no folders', { '1.bmp': picture(0) }, /are in no class folders/],
  ])('%s is refused', async (_, entries, message) => {
    const zip = await archive('things.zip', entries as Record<string, Uint8Array>);
    expect((await imageErrorOf(read([zip]))).message).toMatch(message);
  });
});
