import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import type { ImageSet } from './images.ts';
import { coverImages, normalise, resizeImages, storePixels, triangleFilter } from './resize.ts';

const floats = (shape: ImageSet['shape'], values: number[]): ImageSet => {
  const count = values.length / (shape[0] * shape[1] * shape[2]);
  return {
    count,
    shape,
    pixels: Float32Array.from(values),
    labels: Int32Array.from({ length: count }, (_, i) => 9 - i),
  };
};

const bytes = (shape: ImageSet['shape'], values: number[]): ImageSet => ({
  ...floats(shape, values),
  pixels: Uint8Array.from(values),
});

const expectClose = (actual: ArrayLike<number>, expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index], `number ${index}`).toBeCloseTo(value, 5);
};

describe('images at another size', () => {
  it('are the same object when they have the size already', () => {
    const images = floats([2, 3, 1], [1, 2, 3, 4, 5, 6]);
    expect(resizeImages(images, 2, 3)).toBe(images);
    expect(resizeImages(images, 3, 2)).not.toBe(images);
  });

  it.each([
    [1, 1],
    [3, 11],
    [5, 2],
    [7, 6],
    [23, 40],
  ])('stay constant, at %i × %i', (height, width) => {
    const size = 5 * 6 * 2;
    const eight = resizeImages(bytes([5, 6, 2], Array(size).fill(201)), height, width);
    expect(eight.pixels).toEqual(new Uint8Array(height * width * 2).fill(201));
    const float = resizeImages(floats([5, 6, 2], Array(size).fill(-1.7)), height, width);
    expectClose(float.pixels, Array(height * width * 2).fill(-1.7));
  });

  // 4 to 2: centres 1 and 3, support 2. The pixels' centres 0.5, 1.5, 2.5 have weights 3/4, 3/4, 1/4, together 7/4.
  it('4 × 4 to 2 × 2 sums with 3/7, 3/7, 1/7, 0 and 0, 1/7, 3/7, 3/7 along each axis', () => {
    const resized = (values: number[]) => resizeImages(floats([4, 4, 1], values), 2, 2).pixels;
    const impulse = (y: number, x: number) => Array.from({ length: 16 }, (_, i) => (i === 4 * y + x ? 49 : 0));
    expectClose(resized(impulse(0, 0)), [9, 0, 0, 0]);
    expectClose(resized(impulse(0, 1)), [9, 3, 0, 0]);
    expectClose(resized(impulse(2, 1)), [3, 1, 9, 3]);
    expectClose(resized(impulse(3, 2)), [0, 0, 3, 9]);
    const ramp = Array.from({ length: 16 }, (_, i) => i);
    expectClose(resized(ramp), [25 / 7, 36 / 7, 69 / 7, 80 / 7]);
  });

  // 3 to 2: centres 0.75 and 2.25, support 1.5. The weights of the first are 5/6, 1/2, 0, together 8/6.
  it('3 to 2 sums with 5/8, 3/8, 0 and 0, 3/8, 5/8', () => {
    expectClose(resizeImages(floats([1, 3, 1], [8, 16, 800]), 1, 2).pixels, [11, 506]);
    expectClose(resizeImages(floats([3, 1, 1], [8, 16, 800]), 2, 1).pixels, [11, 506]);
  });

  it('2 to 4 is a, 3/4 a + 1/4 b, 1/4 a + 3/4 b, b along each axis', () => {
    expectClose(
      resizeImages(floats([2, 2, 1], [0, 4, 8, 12]), 4, 4).pixels,
      [0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12],
    );
  });

  it('shrink along one axis while they grow along the other', () => {
    // Down: (3·7 + 3·14 + 1·21)/7 = 12 and (14 + 3·21 + 3·28)/7 = 23, with 70, …, 280 ten times that.
    const { shape, pixels } = resizeImages(floats([4, 2, 1], [7, 70, 14, 140, 21, 210, 28, 280]), 2, 4);
    expect(shape).toEqual([2, 4, 1]);
    expectClose(pixels, [12, 39, 93, 120, 23, 74.75, 178.25, 230]);
  });

  it('keep channels and images apart', () => {
    const { count, shape, pixels } = resizeImages(floats([1, 2, 2], [0, 100, 4, 200, 8, 300, 16, 500]), 1, 4);
    expect([count, ...shape]).toEqual([2, 1, 4, 2]);
    expectClose(pixels, [0, 100, 1, 125, 3, 175, 4, 200, 8, 300, 10, 350, 14, 450, 16, 500]);
  });

  it('keep 8-bit pixels 8-bit, rounded once', () => {
    const { pixels } = resizeImages(bytes([1, 2, 1], [0, 3, 0, 2, 255, 254]), 1, 4);
    expect(pixels).toEqual(Uint8Array.of(0, 1, 2, 3, 0, 1, 2, 2, 255, 255, 254, 254));
    // Along x 0, 0.5, 1.5, 2, of which y takes 0, 1/4, 3/4, 1. Rounded after x already, 0.375 would have become 1.
    const corner = resizeImages(bytes([2, 2, 1], [0, 0, 0, 2]), 4, 4).pixels;
    expect(corner).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 0, 1, 2, 2));
  });

  it('keep their labels, and the originals their pixels', () => {
    const images = bytes([1, 2, 1], [0, 3, 0, 2, 255, 254]);
    expect(resizeImages(images, 3, 1).labels).toEqual(Int32Array.of(9, 8, 7));
    expect(images.pixels).toEqual(Uint8Array.of(0, 3, 0, 2, 255, 254));
  });
});

describe('filters', () => {
  it.each([
    [7, 3],
    [3, 7],
    [224, 32],
    [30, 29],
    [1, 5],
  ])('of %i to %i pixels sum to 1, mirrored left and right', (from, to) => {
    const { taps, sources, weights } = triangleFilter(from, to);
    const dense = new Float64Array(to * from);
    for (const [index, weight] of weights.entries()) {
      const place = Math.floor(index / taps) * from + (sources[index] ?? 0);
      dense[place] = (dense[place] ?? 0) + weight;
    }
    for (let output = 0; output < to; output++) {
      const row = dense.subarray(output * from, (output + 1) * from);
      expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    }
    expectClose(dense, [...dense].reverse());
  });

  it('are divided by their sum', () => {
    const weights = Float64Array.of(1, 2, 5);
    normalise(weights);
    expect(weights).toEqual(Float64Array.of(0.125, 0.25, 0.625));
  });
});

describe('computed pixels', () => {
  it('are rounded and clamped to 8 bits, and written from their start on', () => {
    const into = new Uint8Array(9).fill(7);
    storePixels(Float32Array.of(-3, -0.4, 0.5, 1.49, 254.5, 255.4, 300), into, 1);
    expect(into).toEqual(Uint8Array.of(7, 0, 0, 1, 1, 255, 255, 255, 7));
  });

  it('are kept as they are when floats', () => {
    const random = seededRandom(1);
    const values = Float32Array.from({ length: 5 }, () => 500 * random.normal());
    const into = new Float32Array(7);
    storePixels(values, into, 2);
    expect(into).toEqual(Float32Array.of(0, 0, ...values));
  });
});

describe('images that cover another size', () => {
  const numbered = (height: number, width: number) =>
    bytes(
      [height, width, 1],
      Array.from({ length: height * width }, (_, at) => at),
    );

  // torchvision's CenterCrop leaves out round((width − 2) / 2) columns, where Python rounds 0.5 to 0 and 1.5 to 2.
  it.each([
    [3, [0, 1, 3, 4]],
    [4, [1, 2, 5, 6]],
    [5, [2, 3, 7, 8]],
    [7, [2, 3, 9, 10]],
  ])('are the middle of 2 × %i', (width, expected) => {
    expect([...coverImages(numbered(2, width), 2, 2).pixels]).toEqual(expected);
  });

  it('are resized by the shorter side and keep images apart', () => {
    const two = floats([6, 4, 1], [...Array(24).fill(-1), ...Array(24).fill(1)]);
    const { shape, pixels, labels } = coverImages(two, 2, 2);
    expect([shape, [...pixels], labels]).toEqual([[2, 2, 1], [-1, -1, -1, -1, 1, 1, 1, 1], two.labels]);
    // 6 rows become 3, of which the first two are kept.
    const rows = floats(
      [6, 4, 1],
      Array.from({ length: 24 }, (_, at) => Math.floor(at / 8)),
    );
    expect(coverImages(rows, 2, 2).pixels.slice(0, 2)).toEqual(resizeImages(rows, 3, 2).pixels.slice(0, 2));
  });

  it('are the same object when nothing is to be done', () => {
    const images = numbered(2, 3);
    expect(coverImages(images, 2, 3)).toBe(images);
  });
});
