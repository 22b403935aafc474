/**
 * Images as they might look elsewhere: distribution shifts in three severities, in the manner of ImageNet-C (Hendrycks and
 * Dietterich, arXiv 1903.12261). Random only through the given generator.
 */
import type { Random } from '../random.ts';
import { blur, pixelRange } from './augment.ts';
import type { ImageSet } from './images.ts';
import type { AxisFilter } from './resize.ts';
import { filterAxis, storePixels } from './resize.ts';

export const shifts = ['noise', 'blur', 'contrast', 'rotation', 'occlusion'] as const;
export type Shift = (typeof shifts)[number];

export const severities = [1, 2, 3] as const;
export type Severity = (typeof severities)[number];

/** How strong each shift is at severity 1, 2, 3. */
export const shiftLevels: Readonly<Record<Shift, readonly [number, number, number]>> = {
  /** Standard deviation of Gaussian noise, as a share of the range of pixels. */
  noise: [0.1, 0.2, 0.35],
  /** Standard deviation of the Gaussian, in pixels of an image 28 pixels high; grows with the height. */
  blur: [0.7, 1.2, 2],
  /** Factor of what a pixel differs by from the image's mean. */
  contrast: [0.6, 0.4, 0.2],
  /** Degrees, to either side. */
  rotation: [10, 20, 35],
  /** Side of the square, as a share of the image's shorter side. */
  occlusion: [0.25, 0.4, 0.55],
};

/** Height of the images that the blur's sigmas are meant for. */
const blurredHeight = 28;

/** Height, width, channels of one image; its pixels are laid out in this order. */
type ImageShape = ImageSet['shape'];

/** Changes one image in place, `[height, width, channels]`. */
type Change = (image: Float32Array) => void;

/**
 * The same images under a shift, labels and pixel type kept; 8-bit pixels are rounded and clamped. The given images stay as
 * they are. Noise is clamped to the range of pixels, which float images have from their least and greatest pixel.
 */
export function shiftImages(images: ImageSet, shift: Shift, severity: Severity, random: Random): ImageSet {
  const { shape, labels, count } = images;
  const change = changeOf(images, shift, shiftLevels[shift][severity - 1] ?? 0, random);
  const image = new Float32Array(shape[0] * shape[1] * shape[2]);
  const pixels = images.pixels.slice();
  for (let start = 0; start < pixels.length; start += image.length) {
    image.set(images.pixels.subarray(start, start + image.length));
    change(image);
    storePixels(image, pixels, start);
  }
  return { count, shape, pixels, labels };
}

function changeOf(images: ImageSet, shift: Shift, level: number, random: Random): Change {
  switch (shift) {
    case 'noise':
      return noise(pixelRange(images), level, random);
    case 'blur':
      return blurring(images.shape, level);
    case 'contrast':
      return (image) => lessContrast(image, level);
    case 'rotation':
      return rotation(images.shape, level, random);
    case 'occlusion':
      return (image) => occlude(image, images.shape, level, random);
    default:
      throw shift satisfies never;
  }
}

function noise({ low, high }: { low: number; high: number }, share: number, random: Random): Change {
  const sigma = share * (high - low);
  return (image) => {
    for (let index = 0; index < image.length; index++) {
      image[index] = Math.min(high, Math.max(low, (image[index] ?? 0) + sigma * random.normal()));
    }
  };
}

function blurring(shape: ImageShape, level: number): Change {
  const sigma = (level * shape[0]) / blurredHeight;
  const scratch = new Float32Array(shape[0] * shape[1] * shape[2]);
  return (image) => blur(image, shape, sigma, scratch);
}

/** Pulls all pixels towards the mean of the image, one mean for all channels. */
function lessContrast(image: Float32Array, factor: number): void {
  const mean = meanOf(image);
  for (let index = 0; index < image.length; index++) image[index] = mean + factor * ((image[index] ?? 0) - mean);
}

/** To the left or to the right, as a throw of the coin says. */
function rotation([height, width, channels]: ImageShape, degrees: number, random: Random): Change {
  const left = rotationFilter(height, width, degrees);
  const right = rotationFilter(height, width, -degrees);
  const before = new Float32Array(height * width * channels);
  return (image) => {
    before.set(image);
    filterAxis(before, 1, channels, random.uniform() < 0.5 ? left : right, image);
  };
}

/**
 * The four pixels, and their weights, that each pixel is mixed from (bilinear) when an image turns counter-clockwise around
 * its centre, as a filter along the axis of all height · width pixels. Outside the image all is 0: weights of pixels there
 * are left out, so near the edges weights sum to less than 1.
 */
export function rotationFilter(height: number, width: number, degrees: number): AxisFilter {
  const size = height * width;
  const filter = {
    from: size,
    to: size,
    taps: 4,
    sources: new Int32Array(4 * size),
    weights: new Float64Array(4 * size),
  };
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let output = 0; output < size; output++) {
    const y = Math.floor(output / width) - middleY;
    const x = (output % width) - middleX;
    // Rows count downwards, so turning back clockwise is this.
    mixFrom(filter, output, [height, width], middleY + sin * x + cos * y, middleX + cos * x - sin * y);
  }
  return filter;
}

/** Mixes an output of a rotation from the four pixels around a place between them. */
function mixFrom(
  { sources, weights }: AxisFilter,
  output: number,
  [height, width]: readonly [number, number],
  y: number,
  x: number,
): void {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  for (let tap = 0; tap < 4; tap++) {
    const row = top + (tap >> 1);
    const column = left + (tap & 1);
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    sources[output * 4 + tap] = row * width + column;
    weights[output * 4 + tap] = (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
  }
}

/** Fills a square at a random place within the image with the image's mean, one mean for all channels. */
function occlude(image: Float32Array, [height, width, channels]: ImageShape, share: number, random: Random): void {
  const side = Math.max(1, Math.round(share * Math.min(height, width)));
  const top = Math.floor(random.uniform() * (height - side + 1));
  const left = Math.floor(random.uniform() * (width - side + 1));
  const mean = meanOf(image);
  for (let row = top; row < top + side; row++) {
    const first = (row * width + left) * channels;
    image.fill(mean, first, first + side * channels);
  }
}

const meanOf = (image: Float32Array): number => image.reduce((sum, value) => sum + value, 0) / image.length;
