import { describe, expect, it } from 'vitest';
import { joined } from '../../formats/testing.ts';
import type { ImageSet } from '../images.ts';
import { readImages } from './read-images.ts';
import { demoImages, expectSameImages, imageErrorOf, named, noDecoder, pixelsOf, range } from './testing.ts';

const { train, test } = await demoImages(20, 5);

const rows = (set: ImageSet) => range(set.count).map((row) => [set.labels[row], ...pixelsOf(set, row)].join(','));
const table = (name: string, lines: string[], end = '\n') => named(name, joined(lines.join('\n') + end));
const read = (lines: string[]) => readImages([table('digits.csv', lines)], noDecoder);
const header = ['label', ...range(784).map((at) => `pixel${at}`)].join(',');

/** Nine pixels and a label. */
const small = (label: string | number, ...pixels: (string | number)[]) => [label, ...pixels].join(',');
const nine = [0, 1, 2, 3, 4, 5, 6, 7, 255];

describe('CSV', () => {
  it('of training and of test images is read with a header and without one', async () => {
    const files = [table('mnist_test.csv', rows(test), ''), table('mnist_train.csv', [header, ...rows(train)])];
    const images = await readImages(files, noDecoder);
    expectSameImages(images.train, train);
    expectSameImages(images.test, test);
    expect(images).toMatchObject({ labelNames: null, notes: [] });
  });

  it('alone has one image in five held out', async () => {
    const images = await read(rows(train));
    expect([images.train.count, images.test.count]).toEqual([16, 4]);
  });

  it('may have its label elsewhere, a column of row numbers, and names for labels', async () => {
    const head = ['', ...range(9).map((at) => `p${at}`), 'Class'].join(',');
    const lines = [head, ...['dog', 'cat 10', 'cat 9'].map((name, row) => [row, ...nine, name].join(','))];
    const { train, test, labelNames } = await read(lines);
    expect(labelNames).toEqual(['cat 9', 'cat 10', 'dog']);
    expect([...train.labels, ...test.labels].sort()).toEqual([0, 1, 2]);
    expect(train.shape).toEqual([3, 3, 1]);
    expect(pixelsOf(train, 0)).toEqual(Uint8Array.from(nine));
  });

  it('in colour has three numbers a pixel', async () => {
    const { train, notes } = await read([small(1, ...range(12)), small(0, ...range(12))]);
    expect(train.shape).toEqual([2, 2, 3]);
    expect(notes).toEqual(['read as red, green and blue of one pixel after the other']);
  });

  it('of fractions keeps them', async () => {
    const { train } = await read([small(1, ...nine), small(1, 0.5, ...nine.slice(1))]);
    expect(train.pixels).toBeInstanceOf(Float32Array);
    expect([...train.pixels].filter((pixel) => pixel === 0.5).length).toBe(1);
    expect([...train.pixels].filter((pixel) => pixel === 255).length).toBe(2);
  });

  it.each([
    [
      'a row too short',
      [small(1, ...nine), small(2, ...nine.slice(1))],
      /Row 2 of digits\.csv has 9 cells; the first one has 10/,
    ],
    [
      'text among the pixels',
      [small(1, ...nine), small(2, 'x', ...nine.slice(1))],
      /Row 2 of digits\.csv has "x" in column 2, which is no number/,
    ],
    ['an empty cell', [small(1, ...nine), small(2, '', ...nine.slice(1))], /has "" in column 2/],
    ['no square image', [small(1, ...nine, 5)], /10 pixels a row beside the label, which are no square image/],
    [
      'no column of labels',
      [
        range(16)
          .map((at) => `p${at}`)
          .join(','),
        range(16).join(','),
      ],
      /16 columns of pixels and none of labels/,
    ],
    [
      'a header alone',
      [
        `label,${range(9)
          .map((at) => `p${at}`)
          .join(',')}`,
      ],
      /digits\.csv has no images/,
    ],
  ] as [string, string[], RegExp][])('is refused with %s', async (_, lines, message) => {
    expect((await imageErrorOf(read(lines))).message).toMatch(message);
  });
});
