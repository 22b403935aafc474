import { describe, expect, it } from 'vitest';
import { readFixture } from '../../testing/node.ts';
import { readImages } from './read-images.ts';
import { archive, demoImages, expectSameImages, imageErrorOf, noDecoder, npy } from './testing.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Two grey images of 2 × 3 with their labels. */
const x = npy('|u1', [2, 2, 3], bytes(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));
const y = npy('|u1', [2], bytes(7, 9));

const read = async (entries: Record<string, Uint8Array>) =>
  readImages([await archive('things.npz', entries)], noDecoder);

describe('npz', () => {
  it('of the demo has training and test images', async () => {
    const images = await readImages([await readFixture('public/demo/images/mnist.npz')], noDecoder);
    const { train, test } = await demoImages(images.train.count, images.test.count);
    expectSameImages(images.train, train);
    expectSameImages(images.test, test);
    expect(images).toMatchObject({
      file: 'mnist.npz',
      split: 'x_train and x_test of the file',
      labelNames: null,
      notes: [],
    });
  });

  it.each([
    ['X', 'Y'],
    ['images', 'labels'],
    ['data', 'labels'],
    ['arr_0', 'arr_1'],
  ])('takes images from %s and labels from %s', async (images, labels) => {
    const many = npy(
      '|u1',
      [10, 1, 1],
      Uint8Array.from({ length: 10 }, (_, row) => row * 2),
    );
    const numbers = npy(
      '|u1',
      [10],
      Uint8Array.from({ length: 10 }, (_, row) => row),
    );
    const { train, test, split } = await read({ [`${images}.npy`]: many, [`${labels}.npy`]: numbers });
    expect([train.count, test.count, split]).toEqual([8, 2, 'one image in 5 held out']);
    for (const { pixels, labels } of [train, test])
      expect([...pixels]).toEqual(Array.from(labels, (label) => label * 2));
    expect([...train.labels, ...test.labels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('of MedMNIST has its validation images among the training images, and labels in a column', async () => {
    const column = npy('|u1', [2, 1], bytes(7, 9));
    const images = await read({
      'train_images.npy': x,
      'train_labels.npy': column,
      'val_images.npy': x,
      'val_labels.npy': column,
      'test_images.npy': x,
      'test_labels.npy': column,
    });
    expect([...images.train.labels, ...images.test.labels]).toEqual([7, 9, 7, 9, 7, 9]);
    expect(images.notes).toEqual(['the images of val_images count as training images']);
    expect(images.split).toBe('train_images and test_images of the file');
  });

  it('with channels before rows has them put last', async () => {
    const planes = npy('|u1', [1, 3, 1, 5], bytes(1, 2, 3, 4, 5, 11, 12, 13, 14, 15, 21, 22, 23, 24, 25));
    const { train, notes } = await read({
      'x_train.npy': planes,
      'y_train.npy': npy('|u1', [1], bytes(0)),
      'x_test.npy': planes,
      'y_test.npy': npy('|u1', [1], bytes(0)),
    });
    expect(train.shape).toEqual([1, 5, 3]);
    expect([...train.pixels]).toEqual([1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24, 5, 15, 25]);
    expect(notes[0]).toMatch(/channels first/);
  });

  it.each([
    [
      'labels missing',
      { 'x.npy': x, 'y_train.npy': y, 'x_train.npy': x, 'y.npy': y, 'x_test.npy': x },
      /x_test but no y_test/,
    ],
    [
      'another number of labels',
      { 'x.npy': x, 'y.npy': npy('|u1', [3], bytes(1, 2, 3)) },
      /2 images in x but labels of shape \[3\]/,
    ],
    [
      'several labels an image',
      { 'x.npy': x, 'y.npy': npy('|u1', [2, 2], bytes(1, 2, 3, 4)) },
      /labels of shape \[2, 2\]/,
    ],
    ['rows instead of images', { 'x.npy': npy('|u1', [2, 6], new Uint8Array(12)), 'y.npy': y }, /shape \[2, 6\]/],
    [
      'no images',
      { 'x.npy': npy('|u1', [0, 2, 3], bytes()), 'y.npy': npy('|u1', [0], bytes()) },
      /x in things.npz has no images/,
    ],
    [
      'two sizes',
      { 'x_train.npy': x, 'y_train.npy': y, 'x_test.npy': npy('|u1', [2, 3, 2], new Uint8Array(12)), 'y_test.npy': y },
      /two kinds: 2 × 3 × 1 in 8 bits and 3 × 2 × 1 in 8 bits/,
    ],
    [
      'two types',
      { 'x_train.npy': x, 'y_train.npy': y, 'x_test.npy': npy('<f4', [2, 2, 3], new Uint8Array(48)), 'y_test.npy': y },
      /in 8 bits and 2 × 3 × 1 in floats/,
    ],
    [
      'weights without names',
      { 'arr_0.npy': npy('<f4', [3, 2, 2, 1], new Uint8Array(48)), 'arr_1.npy': npy('<f4', [3], new Uint8Array(12)) },
      /has no images; arrays of images are called/,
    ],
  ])('is refused with %s', async (_, entries, message) => {
    expect((await imageErrorOf(read(entries as Record<string, Uint8Array>))).message).toMatch(message);
  });
});
