import { describe, expect, it } from 'vitest';
import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import { blur } from './augment.ts';
import type { ImageSet } from './images.ts';
import { filterAxis } from './resize.ts';
import type { Shift } from './shift.ts';
import { rotationFilter, severities, shiftImages, shifts } from './shift.ts';

type Shape = ImageSet['shape'];

const set = (shape: Shape, pixels: ImageSet['pixels']): ImageSet => {
  const count = pixels.length / (shape[0] * shape[1] * shape[2]);
  return { count, shape, pixels, labels: Int32Array.from({ length: count }, (_, index) => 10 + index) };
};

const randomBytes = (length: number, seed = 1) => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => Math.floor(256 * random.uniform()));
};

/** Smooth random images: a blob each, so that every shift moves them further the stronger it is. */
const blobs = (count: number, size: number): ImageSet => {
  const random = seededRandom(2);
  const pixels = new Uint8Array(count * size * size);
  for (let image = 0; image < count; image++) {
    const [y, x] = [size * (0.3 + 0.4 * random.uniform()), size * (0.3 + 0.4 * random.uniform())];
    for (let index = 0; index < size * size; index++) {
      const far = Math.hypot(Math.floor(index / size) - y, 2 * ((index % size) - x));
      pixels[image * size * size + index] = far < size / 3 ? 230 : 20;
    }
  }
  return set([size, size, 1], pixels);
};

const asFloats = (images: ImageSet): ImageSet => ({
  ...images,
  pixels: Float32Array.from(images.pixels, (pixel) => pixel / 255),
});

/** Always the same uniform number; refuses normal ones. */
const always = (value: number): Random => ({
  uniform: () => value,
  normal: () => {
    throw new Error('drew a normal number');
  },
});

const distance = (a: ImageSet, b: ImageSet): number =>
  Float32Array.from(a.pixels).reduce((sum, pixel, index) => sum + Math.abs(pixel - (b.pixels[index] ?? 0)), 0) /
  a.pixels.length;

const expectClose = (actual: ArrayLike<number>, expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 4);
};

describe.each(shifts)('every shift: %s', (shift) => {
  it.each([
    { type: '8-bit', images: blobs(6, 28) },
    { type: 'float', images: asFloats(blobs(6, 28)) },
  ])('keeps shape, labels and pixel type, and leaves the given images alone: $type', ({ images }) => {
    const before = images.pixels.slice();
    const shifted = shiftImages(images, shift, 2, seededRandom(3));
    expect(images.pixels).toEqual(before);
    expect(shifted.pixels).not.toBe(images.pixels);
    expect(shifted.pixels.constructor).toBe(images.pixels.constructor);
    expect(shifted.pixels).toHaveLength(images.pixels.length);
    expect(shifted.count).toBe(6);
    expect(shifted.shape).toEqual([28, 28, 1]);
    expect([...shifted.labels]).toEqual([10, 11, 12, 13, 14, 15]);
  });

  it('is the same on floats as on bytes, up to rounding', () => {
    const bytes = blobs(3, 28);
    // One black and one white pixel, so that both have the same range.
    bytes.pixels.set([0, 255]);
    const rounded = shiftImages(bytes, shift, 2, seededRandom(3));
    const exact = shiftImages(asFloats(bytes), shift, 2, seededRandom(3));
    for (const [index, pixel] of rounded.pixels.entries()) {
      expect(Math.abs(pixel - 255 * (exact.pixels[index] ?? 0))).toBeLessThan(0.501);
    }
  });

  it('grows with severity', () => {
    const images = blobs(20, 28);
    const far = severities.map((severity) => distance(shiftImages(images, shift, severity, seededRandom(3)), images));
    expect(far[0]).toBeGreaterThan(1);
    expect(far[1]).toBeGreaterThan(1.2 * (far[0] ?? 0));
    expect(far[2]).toBeGreaterThan(1.2 * (far[1] ?? 0));
  });

  it('has nothing to do without images', () => {
    expect(shiftImages(set([2, 2, 1], new Uint8Array()), shift, 1, seededRandom(1)).count).toBe(0);
  });
});

it.each(['noise', 'rotation', 'occlusion'] as Shift[])('draws from its generator alone: %s', (shift) => {
  const images = blobs(8, 28);
  const pixels = (seed: number) => shiftImages(images, shift, 1, seededRandom(seed)).pixels;
  expect(pixels(4)).toEqual(pixels(4));
  expect(pixels(4)).not.toEqual(pixels(5));
});

describe('noise', () => {
  const statistics = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, sigma: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
  };

  it('has mean 0 and the share of the range as its standard deviation', () => {
    const grey = set([100, 200, 1], new Uint8Array(20000).fill(128));
    const bytes = statistics(Array.from(shiftImages(grey, 'noise', 1, seededRandom(1)).pixels, (p) => p - 128));
    expect(Math.abs(bytes.mean)).toBeLessThan(0.6);
    expect(bytes.sigma / 255).toBeCloseTo(0.1, 2);

    // Range −4 to 4 of the whole set, whatever its single images have.
    const floats = new Float32Array(20000);
    floats.set([-4, 4]);
    for (const [severity, share] of [[1, 0.1] as const, [2, 0.2] as const]) {
      const noisy = shiftImages(set([100, 100, 1], floats), 'noise', severity, seededRandom(1)).pixels;
      const { mean, sigma } = statistics([...noisy.slice(2)]);
      expect(Math.abs(mean)).toBeLessThan(0.03);
      // Of 2.5 σ at severity 2, 1 % is clamped away.
      expect(Math.abs(sigma / 8 - share)).toBeLessThan(0.006);
    }
  });

  it('stays within the range', () => {
    const { pixels } = shiftImages(set([2, 500, 1], new Float32Array(1000).fill(1, 500)), 'noise', 3, seededRandom(1));
    expect(Math.min(...pixels)).toBe(0);
    expect(Math.max(...pixels)).toBe(1);
  });
});

it('blur is that of the augmentation, its sigma scaled with the height', () => {
  const pixels = Float32Array.from(randomBytes(56 * 10 * 2));
  const expected = pixels.slice();
  blur(expected, [56, 10, 2], 2.4, new Float32Array(expected.length));
  expect(shiftImages(set([56, 10, 2], pixels), 'blur', 2, always(0)).pixels).toEqual(expected);
});

describe('contrast', () => {
  it('pulls pixels towards the mean of their own image', () => {
    const pixels = Float32Array.of(0, 2, 4, 6, /* mean 3 */ 10, 10, 10, 30 /* mean 15 */);
    const shifted = shiftImages(set([1, 2, 2], pixels), 'contrast', 1, always(0));
    expectClose(shifted.pixels, [1.2, 2.4, 3.6, 4.8, 12, 12, 12, 24]);
    expectClose(shiftImages(set([1, 2, 2], pixels), 'contrast', 3, always(0)).pixels.slice(0, 4), [2.4, 2.8, 3.2, 3.6]);
  });

  it('rounds bytes', () => {
    const shifted = shiftImages(set([2, 2, 1], Uint8Array.of(0, 1, 2, 255)), 'contrast', 2, always(0));
    // Mean 64.5: 38.7, 39.1, 39.5, 140.7.
    expect([...shifted.pixels]).toEqual([39, 39, 40, 141]);
  });
});

describe('rotation', () => {
  const turn = (shape: Shape, pixels: Float32Array, degrees: number) => {
    const into = new Float32Array(pixels.length);
    filterAxis(pixels, 1, shape[2], rotationFilter(shape[0], shape[1], degrees), into);
    return into;
  };

  it('turns counter-clockwise around the centre', () => {
    const square = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expectClose(turn([3, 3, 1], square, 90), [3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expectClose(turn([3, 3, 1], square, -90), [7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expectClose(turn([2, 2, 2], Float32Array.of(1, -1, 2, -2, 3, -3, 4, -4), 90), [2, -2, 4, -4, 1, -1, 3, -3]);
    expectClose(turn([2, 3, 1], Float32Array.of(1, 2, 3, 4, 5, 6), 180), [6, 5, 4, 3, 2, 1]);
  });

  it('mixes the pixels around a place, with 0 outside', () => {
    // By 45°, the pixel above the centre comes from a place √½ up and √½ right of it.
    const near = Math.SQRT1_2;
    const [top, corner] = [
      turn([3, 3, 1], Float32Array.of(0, 0, 1, 0, 0, 0, 0, 0, 0), 45),
      turn([3, 3, 1], new Float32Array(9).fill(1), 45),
    ];
    expect(top[1]).toBeCloseTo(near * near, 5);
    // The corner comes from √2 up: beyond the edge by √2 − 1.
    expect(corner[0]).toBeCloseTo(2 - Math.SQRT2, 5);
    expect(corner[4]).toBeCloseTo(1, 5);
  });

  it('leaves a disc as it is, up to the resolution, and a slope tilts', () => {
    const size = 28;
    const at = (index: number) => [(index % size) - 13.5, 13.5 - Math.floor(index / size)] as const;
    const bump = Float32Array.from({ length: size * size }, (_, i) => Math.exp(-(Math.hypot(...at(i)) ** 2) / 50));
    const turned = shiftImages(set([size, size, 1], bump), 'rotation', 3, always(0));
    expect(distance(turned, set([size, size, 1], bump))).toBeLessThan(0.005);

    // x → x cos θ + y sin θ, exactly, since bilinear mixing keeps linear functions; to either side by the draw.
    const slope = Float32Array.from({ length: size * size }, (_, i) => at(i)[0]);
    const radians = (20 * Math.PI) / 180;
    for (const [draw, sign] of [[0.2, 1] as const, [0.7, -1] as const]) {
      const { pixels } = shiftImages(set([size, size, 1], slope), 'rotation', 2, always(draw));
      for (const [index, value] of pixels.entries()) {
        const [x, y] = at(index);
        if (Math.hypot(x, y) > 13) continue; // the corners come from outside
        expect(value).toBeCloseTo(x * Math.cos(radians) + sign * y * Math.sin(radians), 4);
      }
    }
  });
});

describe('occlusion', () => {
  it.each([
    { severity: 1 as const, side: 5 },
    { severity: 2 as const, side: 8 },
    { severity: 3 as const, side: 11 },
  ])('fills a square of $side pixels of 20 with the mean, all channels of it', ({ severity, side }) => {
    // No pixel is as large as the mean, 0.5.
    const pixels = Float32Array.from({ length: 20 * 24 * 3 }, (_, index) => index % 2);
    const random = seededRandom(7);
    const tops = new Set<number>();
    for (let trial = 0; trial < 40; trial++) {
      const shifted = shiftImages(set([20, 24, 3], pixels), 'occlusion', severity, random).pixels;
      const changed = [...shifted.entries()].filter(([index, value]) => value !== pixels[index]);
      expect(changed.every(([, value]) => value === 0.5)).toBe(true);
      expect(changed).toHaveLength(side * side * 3);
      const rows = new Set(changed.map(([index]) => Math.floor(index / 72)));
      const columns = new Set(changed.map(([index]) => Math.floor(index / 3) % 24));
      expect([rows.size, columns.size]).toEqual([side, side]);
      tops.add(Math.min(...rows));
    }
    expect(tops.size).toBeGreaterThan(5);
  });

  it('reaches every edge', () => {
    const images = set(
      [4, 4, 1],
      Float32Array.from({ length: 16 }, (_, index) => index % 2),
    );
    const covered = (draw: number) => {
      const { pixels } = shiftImages(images, 'occlusion', 1, always(draw));
      return [...pixels.entries()].filter(([index, value]) => value !== images.pixels[index]).map(([index]) => index);
    };
    expect(covered(0)).toEqual([0]);
    expect(covered(0.9999)).toEqual([15]);
  });
});
