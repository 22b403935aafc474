import { describe, expect, it } from 'vitest';
import type { Architecture } from '../architectures/model.ts';
import { plainVit } from '../architectures/model.ts';
import type { ImageFile } from './image-file.ts';
import type { ImageSet } from './images.ts';
import { checkInputs } from './images.ts';
import { matchImages, matchNotes, mismatch } from './match-source.ts';

const vit = (image: number, channels: number): Architecture => ({
  ...plainVit,
  kind: 'vit',
  image,
  channels,
  patch: 1,
  width: 8,
  blocks: 1,
  heads: 2,
  hidden: 8,
  epsilon: 1e-6,
  activation: 'gelu',
  classes: 2,
});
const mlp = (inputs: number): Architecture => ({ kind: 'mlp', inputs, widths: [4], activation: 'relu', classes: 2 });

const images = (shape: ImageSet['shape'], ...pixels: number[]): ImageSet => {
  const count = pixels.length / (shape[0] * shape[1] * shape[2]);
  return { count, shape, pixels: Uint8Array.from(pixels), labels: new Int32Array(count).fill(7) };
};
const grey = images([2, 2, 1], 0, 100, 200, 255, 1, 2, 3, 4);
const colour = images([1, 1, 3], 255, 0, 0, 0, 255, 0, 0, 0, 255, 100, 100, 100);

describe('images matched to a source', () => {
  it.each([
    ['a ViT', vit(2, 1)],
    ['an MLP', mlp(4)],
    ['an MLP that takes no image', mlp(5)],
  ])('are the same object when nothing can or need be done: %s', (_, architecture) => {
    expect(matchImages(grey, architecture)).toBe(grey);
    expect(matchNotes(grey.shape, architecture)).toEqual([]);
  });

  it('repeat grey where colour is taken, once for all', () => {
    const matched = matchImages(grey, vit(2, 3));
    expect(matched.shape).toEqual([2, 2, 3]);
    expect([...matched.pixels.subarray(0, 12)]).toEqual([0, 0, 0, 100, 100, 100, 200, 200, 200, 255, 255, 255]);
    expect(matched.labels).toBe(grey.labels);
    expect(matchImages(grey, mlp(12))).toBe(matched);
    expect(matchNotes(grey.shape, vit(2, 3))).toEqual(['grey repeated as red, green and blue']);
  });

  // 0.299 · 255 = 76.2, 0.587 · 255 = 149.7, 0.114 · 255 = 29.1.
  it('turn colour into luma where grey is taken, rounded when 8-bit', () => {
    expect([...matchImages(colour, vit(1, 1)).pixels]).toEqual([76, 150, 29, 100]);
    const floats = { ...colour, pixels: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1) };
    const luma = [...matchImages(floats, mlp(1)).pixels];
    for (const [row, value] of [0.299, 0.587, 0.114, 1].entries()) expect(luma[row]).toBeCloseTo(value, 6);
    expect(matchNotes(colour.shape, vit(1, 1))).toEqual(['colour turned to grey (luma of ITU-R BT.601)']);
  });

  it('of another size are resized, and not squeezed', () => {
    // Twice as wide as high: one black column at either end is cut off.
    const wide = images([2, 4, 1], 0, 90, 90, 0, 0, 90, 90, 0);
    const matched = matchImages(wide, mlp(2 * 2 * 3));
    expect([matched.shape, [...matched.pixels]]).toEqual([[2, 2, 3], Array(12).fill(90)]);
    expect(matchNotes(wide.shape, mlp(12))).toEqual([
      'grey repeated as red, green and blue',
      'resized from 2×4 to 2×2: the shorter side first, then the centre cut out',
    ]);
    expect([...matchImages(grey, vit(1, 1)).pixels]).toEqual([139, 3]); // means 138.75 and 2.5
    expect(matchNotes(grey.shape, vit(1, 1))).toEqual(['resized from 2×2 to 1×1']);
    expect(matchImages(wide, mlp(8))).toBe(wide);
  });

  it('keep apart what two sources take', () => {
    const [one, other] = [matchImages(grey, vit(4, 1)), matchImages(grey, vit(6, 3))];
    expect([one.shape, other.shape]).toEqual([
      [4, 4, 1],
      [6, 6, 3],
    ]);
    expect([matchImages(grey, vit(4, 1)), matchImages(grey, vit(6, 3))]).toEqual([one, other]);
    expect(matchImages(grey, vit(4, 1))).toBe(one);
  });

  it('of a file carry a note', () => {
    const file: ImageFile = { file: 'a', train: grey, test: grey, split: '', labelNames: null, notes: ['before'] };
    expect(matchImages(file, vit(2, 1))).toBe(file);
    const matched = matchImages(file, vit(2, 3));
    expect(matched.notes).toEqual(['before', 'grey repeated as red, green and blue']);
    expect([matched.train.shape, matched.test.shape]).toEqual([
      [2, 2, 3],
      [2, 2, 3],
    ]);
  });

  it('are refused when there is no way, with the reason', () => {
    expect(mismatch(grey.shape, mlp(5))).toMatch(/its 5 inputs are no square image/);
    expect(mismatch([2, 2, 4], mlp(4))).toMatch(/images of 4 channels are neither grey nor in colour/);
    expect(mismatch([2, 2, 1], vit(2, 4))).toMatch(/it takes images of 4 channels/);
    expect(mismatch([2, 2, 4], vit(4, 4))).toBeNull();
    expect(() => checkInputs(mlp(5), grey, 'a.npz')).toThrow(
      'The images of a.npz are [2, 2, 1] (height, width, channels), and the source cannot take them: its 5 inputs are no square image, grey or in colour.',
    );
    expect(() => checkInputs(vit(8, 3), grey, 'a.npz')).not.toThrow();
  });

  it('are 60 000 small ones in a few seconds', () => {
    const count = 60_000;
    const many: ImageSet = {
      count,
      shape: [28, 28, 1],
      pixels: new Uint8Array(count * 784).fill(9),
      labels: new Int32Array(count),
    };
    const start = performance.now();
    const matched = matchImages(many, vit(32, 3));
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(matched.pixels.length).toBe(count * 32 * 32 * 3);
    expect(matched.pixels.every((pixel) => pixel === 9)).toBe(true);
  });
});
