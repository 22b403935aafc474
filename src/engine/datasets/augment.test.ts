import { describe, expect, it } from 'vitest';
import type { Random } from '../random.ts';
import { permutation, seededRandom } from '../random.ts';
import { augmentImages, blur, crop, flip, gaussianKernel, greyscale, pixelRange, solarise } from './augment.ts';
import type { ImageSet } from './images.ts';

type Shape = ImageSet['shape'];

const off = { crop: false, flip: false, tone: false };
const all = { crop: true, flip: true, tone: true };

const set = (shape: Shape, pixels: ImageSet['pixels']): ImageSet => {
  const count = pixels.length / (shape[0] * shape[1] * shape[2]);
  return { count, shape, pixels, labels: Int32Array.from({ length: count }, (_, i) => 10 + i) };
};

const ramp = (length: number) => Float32Array.from({ length }, (_, index) => index + 1);

/** A generator that gives these numbers. It refuses to give more, and `left` counts those not drawn. */
const scripted = (...numbers: number[]): Random & { left(): number } => ({
  uniform: () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('drew too often');
    return next;
  },
  normal: () => {
    throw new Error('drew a normal number');
  },
  left: () => numbers.length,
});

/** One new image of one original (whose order draws nothing), after just these draws. */
const augmentOne = (shape: Shape, pixels: ImageSet['pixels'], options: Partial<typeof all>, ...draws: number[]) => {
  const random = scripted(...draws);
  const augmented = augmentImages(set(shape, pixels), 1, { ...off, ...options }, random);
  expect(random.left()).toBe(0);
  return augmented.pixels;
};

const expectClose = (actual: ArrayLike<number>, expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 4);
};

const tally = (values: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('the crop', () => {
  const cropped = (shape: Shape, pixels: Float32Array, top: number, left: number) => {
    const into = new Float32Array(pixels.length);
    crop(pixels, shape, top, left, into);
    return [...into];
  };

  // abcdef padded by 4: edcb abcdef edcb
  it('reflects without repeating the edge', () => {
    expect(cropped([1, 6, 1], ramp(6), 0, 0)).toEqual([5, 4, 3, 2, 1, 2]);
    expect(cropped([1, 6, 1], ramp(6), 0, 3)).toEqual([2, 1, 2, 3, 4, 5]);
    expect(cropped([1, 6, 1], ramp(6), 0, 4)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(cropped([1, 6, 1], ramp(6), 0, 8)).toEqual([5, 6, 5, 4, 3, 2]);
    expect(cropped([6, 1, 1], ramp(6), 7, 0)).toEqual([4, 5, 6, 5, 4, 3]);
  });

  // 123 / 456 / 789 padded by 2 has rows and columns 3 2 1 2 3 2 1.
  it('pads small images by their size less one', () => {
    expect(cropped([3, 3, 1], ramp(9), 2, 2)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(cropped([3, 3, 1], ramp(9), 0, 0)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(cropped([3, 3, 1], ramp(9), 4, 1)).toEqual([8, 7, 8, 5, 4, 5, 2, 1, 2]);
  });

  it('keeps channels together', () => {
    expect(cropped([1, 3, 2], ramp(6), 0, 1)).toEqual([3, 4, 1, 2, 3, 4]);
  });

  it('draws row, then column, from 0 to 8, or to twice the padding', () => {
    const wide = (...draws: number[]) => [...augmentOne([1, 6, 1], ramp(6), { crop: true }, ...draws)];
    expect(wide(0.999, 0)).toEqual([5, 4, 3, 2, 1, 2]);
    expect(wide(0, 0.999)).toEqual([5, 6, 5, 4, 3, 2]);
    expect(wide(0, 0.5)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...augmentOne([6, 1, 1], ramp(6), { crop: true }, 0.999, 0)]).toEqual([5, 6, 5, 4, 3, 2]);
    expect([...augmentOne([3, 3, 1], ramp(9), { crop: true }, 0.999, 0.2)]).toEqual([8, 7, 8, 5, 4, 5, 2, 1, 2]);
  });

  it('takes each of its 81 places equally often', () => {
    // The centre of 9 × 9 pixels shows the pixel at (top, left) of the original.
    const { pixels } = augmentImages(set([9, 9, 1], ramp(81)), 16200, { ...off, crop: true }, seededRandom(3));
    const centres = tally(pixels.filter((_, index) => index % 81 === 40));
    expect(centres.size).toBe(81);
    // 200 on average with a standard deviation of 14.
    expect(Math.min(...centres.values())).toBeGreaterThan(140);
    expect(Math.max(...centres.values())).toBeLessThan(260);
  });
});

describe('the flip', () => {
  it.each([
    { name: 'even width', shape: [2, 4, 1] as const, flipped: [4, 3, 2, 1, 8, 7, 6, 5] },
    { name: 'odd width', shape: [2, 3, 1] as const, flipped: [3, 2, 1, 6, 5, 4] },
    { name: 'channels', shape: [1, 3, 2] as const, flipped: [5, 6, 3, 4, 1, 2] },
    { name: 'one column', shape: [3, 1, 1] as const, flipped: [1, 2, 3] },
  ])('mirrors rows: $name', ({ shape, flipped }) => {
    const image = ramp(flipped.length);
    flip(image, shape);
    expect([...image]).toEqual(flipped);
  });

  it('happens to every other image', () => {
    expect([...augmentOne([1, 2, 1], ramp(2), { flip: true }, 0.499)]).toEqual([2, 1]);
    expect([...augmentOne([1, 2, 1], ramp(2), { flip: true }, 0.5)]).toEqual([1, 2]);
    const { pixels } = augmentImages(set([1, 2, 1], ramp(2)), 4000, { ...off, flip: true }, seededRandom(5));
    const flips = tally(pixels.filter((_, index) => index % 2 === 0)).get(2) ?? 0;
    expect(flips).toBeGreaterThan(1880);
    expect(flips).toBeLessThan(2120);
  });
});

describe('greyscale', () => {
  it('is the luma of ITU-R 601 in all channels, rounded for 8-bit pixels', () => {
    const image = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.1, 0.2, 0.3);
    greyscale(image, [2, 2, 3]);
    expectClose(image, [0.299, 0.299, 0.299, 0.587, 0.587, 0.587, 0.114, 0.114, 0.114, 0.1815, 0.1815, 0.1815]);
    const eight = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
    expect(augmentOne([2, 2, 3], eight, { tone: true }, 0.333)).toEqual(
      Uint8Array.of(76, 76, 76, 150, 150, 150, 29, 29, 29, 255, 255, 255),
    );
  });

  it.each([1, 2, 4])('leaves images of %i channels as they are', (channels) => {
    const image = ramp(6 * channels);
    greyscale(image, [2, 3, channels]);
    expect(image).toEqual(ramp(6 * channels));
  });
});

describe('solarise', () => {
  it('inverts the upper half of a range', () => {
    const image = Float32Array.of(-1, 0.9, 1, 1.5, 3);
    solarise(image, -1, 3);
    expectClose(image, [-1, 0.9, 1, 0.5, -1]);
  });

  it('turns 8-bit values from 128 on into 255 less them', () => {
    const image = Uint8Array.of(0, 127, 128, 129, 200, 255);
    const solarised = augmentOne([2, 3, 1], image, { tone: true }, 0.334);
    expect(solarised).toEqual(Uint8Array.of(0, 127, 127, 126, 55, 0));
    // Not the range of the set: 8-bit is always 0 to 255.
    expect(augmentOne([1, 2, 1], Uint8Array.of(10, 100), { tone: true }, 0.666)).toEqual(Uint8Array.of(10, 100));
  });

  it('takes the range of floats from the whole set', () => {
    const images = set([1, 2, 1], Float32Array.of(-1, 0.5, 2, 3));
    expect(pixelRange(images)).toEqual({ low: -1, high: 3 });
    expect(pixelRange(set([1, 2, 1], Uint8Array.of(10, 20)))).toEqual({ low: 0, high: 255 });
    // 0.9 keeps the order of the two originals, 0.5 is solarise.
    const { pixels } = augmentImages(images, 2, { ...off, tone: true }, scripted(0.9, 0.5, 0.5));
    expect(pixels).toEqual(Float32Array.of(-1, 0.5, 0, -1));
  });
});

describe('blur', () => {
  // With this sigma the Gaussian is 2^(−d²): 512, 256, 32, 1 in units of 1/512, together 1090 over both sides.
  const sigma = 1 / Math.sqrt(2 * Math.log(2));
  const side = [1, 32, 256, 512, 256, 32, 1];
  const impulse = (length: number, place: number) => new Float32Array(length).fill(1090, place, place + 1);
  const blurred = (image: Float32Array, shape: Shape, by = sigma) => {
    blur(image, shape, by, new Float32Array(image.length));
    return image;
  };

  it('has a kernel that reaches to three sigma and sums to 1', () => {
    for (const [index, weight] of gaussianKernel(sigma).entries())
      expect(1090 * weight).toBeCloseTo(side[index] ?? 0, 9);
    const kernels = [0.1, 0.5, 1, 1.01, 2].map(gaussianKernel);
    expect(kernels.map((kernel) => kernel.length)).toEqual([3, 5, 7, 9, 13]);
    for (const kernel of kernels) expect(kernel.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it('spreads one pixel by the Gaussian along both axes', () => {
    const image = blurred(impulse(81, 40), [9, 9, 1]);
    const padded = [0, ...side, 0];
    const expected = padded.flatMap((down) => padded.map((across) => (down * across) / 1090));
    expectClose(image, expected);
  });

  // Seen from 0 to 3, the pixels of a row of four are at …, −1 → 1, 0, 1, 2, 3, 4 → 2, 5 → 1, 6 → 0, …
  it('reflects at the borders without repeating the edge', () => {
    expectClose(blurred(impulse(4, 0), [1, 4, 1]), [512, 256, 32, 2]);
    expectClose(blurred(impulse(4, 0), [4, 1, 1]), [512, 256, 32, 2]);
    expectClose(blurred(impulse(4, 1), [1, 4, 1]), [512, 544, 258, 64]);
    expectClose(blurred(impulse(4, 1), [4, 1, 1]), [512, 544, 258, 64]);
  });

  it.each([0.1, 0.7, 2])('keeps a constant image of any size constant, sigma %f', (by) => {
    for (const shape of [[1, 1, 3] as const, [2, 3, 1] as const, [9, 14, 2] as const]) {
      const size = shape[0] * shape[1] * shape[2];
      expectClose(blurred(new Float32Array(size).fill(-1.3), shape, by), Array(size).fill(-1.3));
      const eight = augmentOne(shape, new Uint8Array(size).fill(201), { tone: true }, 0.667, (by - 0.1) / 1.9);
      // Greyscale would leave this as it is too, but the second number undrawn.
      expect(eight).toEqual(new Uint8Array(size).fill(201));
    }
  });

  it('keeps channels apart', () => {
    const random = seededRandom(2);
    const [one, two] = [0, 1].map(() => Float32Array.from({ length: 30 }, () => random.normal()));
    const both = Float32Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? one : two)?.[i >> 1] ?? Number.NaN);
    blurred(both, [5, 6, 2]);
    expect(both.filter((_, i) => i % 2 === 0)).toEqual(blurred(one as Float32Array, [5, 6, 1]));
    expect(both.filter((_, i) => i % 2 === 1)).toEqual(blurred(two as Float32Array, [5, 6, 1]));
  });

  it('draws sigma from 0.1 to 2', () => {
    const drawn = (draw: number) => augmentOne([1, 7, 1], ramp(7), { tone: true }, 0.99, draw);
    expectClose(drawn(0), [...blurred(ramp(7), [1, 7, 1], 0.1)]);
    expectClose(drawn(0.5), [...blurred(ramp(7), [1, 7, 1], 1.05)]);
    expectClose(drawn(1), [...blurred(ramp(7), [1, 7, 1], 2)]);
  });
});

describe('augmented images', () => {
  const randomBytes = (length: number) => {
    const random = seededRandom(17);
    return Uint8Array.from({ length }, () => 256 * random.uniform());
  };

  it('have each tone equally often', () => {
    const colour = set([1, 1, 3], Uint8Array.of(200, 100, 50));
    const { pixels } = augmentImages(colour, 6000, { ...off, tone: true }, seededRandom(4));
    const reds = tally(pixels.filter((_, index) => index % 3 === 0));
    // Greyscale 0.299 · 200 + 0.587 · 100 + 0.114 · 50, solarise 255 − 200, blur of a constant.
    expect([...reds.keys()].sort()).toEqual([124, 200, 55]);
    for (const times of reds.values()) expect(Math.abs(times - 2000)).toBeLessThan(150);
  });

  it('are cropped, then flipped, then toned, by draws in this order', () => {
    // Padded by 3: 4 3 200 1 200 3 4 3 200 1. Cropped from 2 on: 200 1 200 3. Flipped: 3 200 1 200.
    const image = Uint8Array.of(1, 200, 3, 4);
    const augmented = (...draws: number[]) => augmentOne([1, 4, 1], image, all, 0, 0.3, ...draws);
    expect(augmented(0.1, 0)).toEqual(Uint8Array.of(3, 200, 1, 200));
    expect(augmented(0.1, 0.5)).toEqual(Uint8Array.of(3, 55, 1, 55));
    expect(augmented(0.9, 0.5)).toEqual(Uint8Array.of(55, 1, 55, 3));
    const last = Float32Array.of(200, 1, 200, 3);
    blur(last, [1, 4, 1], 1.05, new Float32Array(4));
    expect(augmented(0.9, 0.99, 0.5)).toEqual(Uint8Array.from(last.map(Math.round)));
  });

  it('use every original equally often, in one random order after another, labels kept', () => {
    const originals = set(
      [5, 6, 1],
      Float32Array.from({ length: 7 * 30 }, (_, index) => Math.floor(index / 30)),
    );
    for (const options of [off, { ...off, crop: true, flip: true }]) {
      const { count, shape, pixels, labels } = augmentImages(originals, 17, options, seededRandom(8));
      expect([count, ...shape, labels.length, pixels.length]).toEqual([17, 5, 6, 1, 17, 17 * 30]);
      for (const [index, pixel] of pixels.entries()) expect(labels[Math.floor(index / 30)]).toBe(10 + pixel);
      const rounds = [labels.slice(0, 7), labels.slice(7, 14)];
      for (const round of rounds) expect([...round].sort()).toEqual([10, 11, 12, 13, 14, 15, 16]);
      expect(new Set(labels.slice(14)).size).toBe(3);
      expect(rounds[0]).not.toEqual(rounds[1]);
      expect(rounds[0]).not.toEqual(originals.labels);
    }
  });

  it('are the originals in their order when every option is off, which draws nothing more', () => {
    const originals = set([5, 4, 3], randomBytes(360));
    const random = seededRandom(9);
    const augmented = augmentImages(originals, 6, off, random);
    const other = seededRandom(9);
    const image = ({ pixels }: ImageSet, row: number) => pixels.slice(60 * row, 60 * row + 60);
    for (const [index, row] of permutation(6, other).entries()) {
      expect(image(augmented, index)).toEqual(image(originals, row));
    }
    expect(random.uniform()).toBe(other.uniform());
  });

  it.each([Uint8Array, Float32Array])('come from the seed alone: %o', (Pixels) => {
    const originals = set([8, 9, 3], new Pixels(randomBytes(1080)));
    const augmented = (seed: number) => augmentImages(originals, 12, all, seededRandom(seed));
    expect(augmented(1)).toEqual(augmented(1));
    expect(augmented(1).pixels).not.toEqual(augmented(2).pixels);
    expect(augmented(1).pixels).toBeInstanceOf(Pixels);
    expect(originals.pixels).toEqual(new Pixels(randomBytes(1080)));
  });

  it('can be none, but not of no originals', () => {
    const none = set([2, 2, 1], new Uint8Array(0));
    expect(augmentImages(none, 0, all, seededRandom(1)).count).toBe(0);
    expect(() => augmentImages(none, 1, all, seededRandom(1))).toThrow(RangeError);
  });
});
