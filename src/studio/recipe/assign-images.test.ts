import { describe, expect, it } from 'vitest';
import { assignImages, availableImages, fits, nameLikeness, usualImages } from './assign-images.ts';
import type { DraftSource } from './draft.ts';
import { imagesInfo, mlpInfo, vitInfo } from './testing.ts';

const draftSource = (file: string, changes: Partial<DraftSource> = {}): DraftSource => ({
  file,
  name: file,
  facts: {},
  images: null,
  colour: 0,
  imagesByHand: false,
  ...changes,
});
const infos = Object.fromEntries(
  ['vit-mnist.safetensors', 'vit-fashion-mnist.safetensors'].map((file) => [file, vitInfo(file)]),
);
const sources = Object.keys(infos).map((file) => draftSource(file));
const mnist = imagesInfo('mnist.npz');
const fashion = imagesInfo('fashion-mnist.npz');

describe('assignImages', () => {
  it('goes by the names where sizes do not tell', () => {
    for (const images of [
      [mnist, fashion],
      [fashion, mnist],
    ]) {
      expect(assignImages(sources, infos, images).map((source) => source.images?.file)).toEqual([
        'mnist.npz',
        'fashion-mnist.npz',
      ]);
    }
  });

  it('gives one file to all, and lets a better one take its place', () => {
    const both = assignImages(sources, infos, [mnist]);
    expect(both.map((source) => source.images?.file)).toEqual(['mnist.npz', 'mnist.npz']);
    expect(assignImages(both, infos, [mnist, fashion])[1]?.images?.file).toBe('fashion-mnist.npz');
  });

  it('leaves what a person chose, and what fits nothing', () => {
    const chosen = draftSource('vit-mnist.safetensors', { imagesByHand: true });
    expect(assignImages([chosen], infos, [mnist])).toEqual([chosen]);
    const small = imagesInfo('mnist.npz', 10, { shape: [8, 8, 1] });
    expect(assignImages(sources, infos, [small])).toEqual(sources);
  });

  it('keeps settings of images that stay', () => {
    const [first] = assignImages(sources, infos, [mnist]);
    const edited = { ...first, images: { file: 'mnist.npz', labels: [3], train: 5 } } as DraftSource;
    expect(assignImages([edited], infos, [mnist])).toEqual([edited]);
  });
});

describe('usualImages', () => {
  it('takes all labels when the head has as many classes', () => {
    expect(usualImages(vitInfo('a'), mnist)).toEqual({
      file: 'mnist.npz',
      labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      train: 1000,
      augmented: 0,
      validation: 0,
    });
  });

  it('leaves the labels to the person otherwise', () => {
    expect(usualImages(mlpInfo('a'), mnist).labels).toEqual([]);
  });

  it('never asks for more images than there are', () => {
    expect(usualImages(vitInfo('a', { classes: 2 }), imagesInfo('two', 2)).train).toBe(200);
  });
});

it('availableImages counts the chosen labels', () => {
  expect(availableImages(mnist, [5, 6])).toEqual({ train: 200, test: 100 });
  expect(availableImages(mnist, [])).toEqual({ train: 1000, test: 500 });
  expect(availableImages(mnist, [77])).toEqual({ train: 0, test: 0 });
});

it('fits compares sizes: a ViT by shape, an MLP by numbers', () => {
  expect(fits(vitInfo('a'), mnist)).toBe(true);
  expect(fits(vitInfo('a', { input: [28, 28, 3] }), mnist)).toBe(false);
  expect(fits(mlpInfo('a'), mnist)).toBe(true);
  expect(fits(mlpInfo('a', { input: [100] }), mnist)).toBe(false);
});

it('nameLikeness prefers the closer name', () => {
  expect(nameLikeness('vit-fashion-mnist.pt', 'fashion-mnist.npz')).toBeGreaterThan(
    nameLikeness('vit-fashion-mnist.pt', 'mnist.npz'),
  );
  expect(nameLikeness('a.pt', 'b.npz')).toBe(0);
});
