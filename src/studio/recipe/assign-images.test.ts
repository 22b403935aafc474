import { describe, expect, it } from 'vitest';
import { assignImages, availableImages, fits, nameLikeness, takenAs, usualImages } from './assign-images.ts';
import type { DraftSource } from './draft.ts';
import { imagesInfo, mlpInfo, vitInfo } from './testing.ts';

const draftSource = (file: string, changes: Partial<DraftSource> = {}): DraftSource => ({
  file,
  name: file,
  facts: {},
  texts: null,
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
    const hyperspectral = imagesInfo('mnist.npz', 10, { shape: [28, 28, 7] });
    expect(assignImages(sources, infos, [hyperspectral])).toEqual(sources);
  });

  it('prefers images that need no conversion to those with a better name', () => {
    const large = imagesInfo('vit-mnist.npz', 10, { shape: [64, 64, 3] });
    const other = imagesInfo('digits.npz');
    expect(assignImages(sources.slice(0, 1), infos, [large, other])[0]?.images?.file).toBe('digits.npz');
    expect(assignImages(sources.slice(0, 1), infos, [large])[0]?.images?.file).toBe('vit-mnist.npz');
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

  it('takes all labels where classes come from the images or from texts', () => {
    expect(usualImages(vitInfo('a', { output: 'embedding', classes: 512 }), mnist).labels).toHaveLength(10);
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

describe('fits', () => {
  const colour = imagesInfo('colour', 10, { shape: [32, 32, 3] });

  it('compares a ViT by shape, an MLP by numbers', () => {
    expect(fits(vitInfo('a'), mnist)).toBe('exactly');
    expect(fits(mlpInfo('a'), mnist)).toBe('exactly');
  });

  it('takes what can be converted, and says what to', () => {
    const vit = vitInfo('a', { input: [32, 32, 3] });
    expect(fits(vit, mnist)).toBe('converted');
    expect(takenAs(vit, mnist.shape)).toEqual([32, 32, 3]);
    expect(takenAs(mlpInfo('a'), colour.shape)).toEqual([28, 28, 1]);
    expect(takenAs(mlpInfo('a', { input: [1024] }), colour.shape)).toEqual([32, 32, 1]);
    expect(takenAs(mlpInfo('a', { input: [3 * 64] }), colour.shape)).toEqual([8, 8, 3]);
  });

  it('refuses what cannot', () => {
    expect(fits(mlpInfo('a', { input: [5] }), mnist)).toBeNull();
    expect(fits(vitInfo('a', { input: [28, 28, 4] }), mnist)).toBeNull();
  });
});

it('nameLikeness prefers the closer name', () => {
  expect(nameLikeness('vit-fashion-mnist.pt', 'fashion-mnist.npz')).toBeGreaterThan(
    nameLikeness('vit-fashion-mnist.pt', 'mnist.npz'),
  );
  expect(nameLikeness('a.pt', 'b.npz')).toBe(0);
});
