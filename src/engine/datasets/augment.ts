/**
 * More training images from few, as the authors of FS-Merge make them (arXiv 2410.01483): the augmentation of DeiT III
 * (arXiv 2204.07118), a crop, a flip and a change of tone. Random only through the given generator.
 */
import type { Random } from '../random.ts';
import { permutation } from '../random.ts';
import type { AugmentationOptions } from '../recipe.ts';
import { selectImages } from './image-file.ts';
import type { ImageSet } from './images.ts';
import type { AxisFilter } from './resize.ts';
import { filterAxis, normalise, storePixels } from './resize.ts';

/** Height, width, channels of one image; its pixels are laid out in this order. */
type ImageShape = ImageSet['shape'];

const padding = 4;
const blurSigma = { least: 0.1, most: 2 };

/**
 * `count` new images with the labels of those they were made from. Every original is used equally often: the originals
 * are gone through in one random order after another (the last may end early). 8-bit pixels stay 8-bit, rounded.
 */
export function augmentImages(images: ImageSet, count: number, options: AugmentationOptions, random: Random): ImageSet {
  const augmented = selectImages(images, drawOriginals(images.count, count, random));
  const { shape, pixels } = augmented;
  const size = shape[0] * shape[1] * shape[2];
  const range = options.tone ? pixelRange(images) : { low: 0, high: 0 };
  const work = new Float32Array(size);
  const scratch = new Float32Array(size);
  for (let start = 0; start < pixels.length; start += size) {
    const image = pixels.subarray(start, start + size);
    if (options.crop) cropRandomly(image, shape, random, work);
    else work.set(image);
    if (options.flip && random.uniform() < 0.5) flip(work, shape);
    if (options.tone) changeTone(work, shape, range, random, scratch);
    storePixels(work, pixels, start);
  }
  return augmented;
}

/** Which original each new image is made from: whole random orders of all originals, one after another. */
function drawOriginals(originals: number, count: number, random: Random): Uint32Array {
  if (originals === 0 && count > 0) throw new RangeError('no images to augment');
  const rows = new Uint32Array(count);
  for (let start = 0; start < count; start += originals) {
    rows.set(permutation(originals, random).subarray(0, count - start), start);
  }
  return rows;
}

/** The range that pixels can take: 0 to 255 when 8-bit, else from the least to the greatest of the image set. */
export function pixelRange({ pixels }: ImageSet): { low: number; high: number } {
  if (pixels instanceof Uint8Array) return { low: 0, high: 255 };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < pixels.length; index++) {
    const pixel = pixels[index] ?? 0;
    if (pixel < low) low = pixel;
    if (pixel > high) high = pixel;
  }
  return { low, high };
}

function cropRandomly(image: ImageSet['pixels'], shape: ImageShape, random: Random, into: Float32Array): void {
  const top = Math.floor(random.uniform() * (2 * paddingOf(shape[0]) + 1));
  const left = Math.floor(random.uniform() * (2 * paddingOf(shape[1]) + 1));
  crop(image, shape, top, left, into);
}

/** One of the three tones, in place. */
function changeTone(
  image: Float32Array,
  shape: ImageShape,
  { low, high }: { low: number; high: number },
  random: Random,
  scratch: Float32Array,
): void {
  const tone = Math.floor(random.uniform() * 3);
  if (tone === 0) greyscale(image, shape);
  else if (tone === 1) solarise(image, low, high);
  else blur(image, shape, blurSigma.least + (blurSigma.most - blurSigma.least) * random.uniform(), scratch);
}

/** Pixels that an axis is padded by on each side. A reflection that leaves the edge out has only `size − 1` to give. */
function paddingOf(size: number): number {
  return Math.min(padding, size - 1);
}

/**
 * The image padded by reflection by 4 pixels (at most size − 1) on each side and cut to its old size again from row `top`
 * and column `left` of the padded image, as torchvision's `RandomCrop(padding=4, padding_mode='reflect')` does.
 */
export function crop(
  image: ImageSet['pixels'],
  [height, width, channels]: ImageShape,
  top: number,
  left: number,
  into: Float32Array,
): void {
  const rows = reflectedIndices(top - paddingOf(height), height, height);
  const columns = reflectedIndices(left - paddingOf(width), width, width);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const row = (rows[y] ?? 0) * width;
    for (let x = 0; x < width; x++) {
      const source = (row + (columns[x] ?? 0)) * channels;
      for (let channel = 0; channel < channels; channel++) into[target++] = image[source + channel] ?? 0;
    }
  }
}

/** Mirrors an image left and right, in place. */
export function flip(image: Float32Array, [height, width, channels]: ImageShape): void {
  const stride = width * channels;
  for (let row = 0; row < height * stride; row += stride) {
    for (let left = 0; left < Math.floor(width / 2) * channels; left += channels) {
      const right = stride - channels - left;
      for (let channel = row; channel < row + channels; channel++) {
        const kept = image[channel + left] ?? 0;
        image[channel + left] = image[channel + right] ?? 0;
        image[channel + right] = kept;
      }
    }
  }
}

/** The luma of ITU-R BT.601 in all three channels, in place. Leaves images that have not three channels as they are. */
export function greyscale(image: Float32Array, shape: ImageShape): void {
  if (shape[2] !== 3) return;
  for (let red = 0; red < image.length; red += 3) {
    const luma = 0.299 * (image[red] ?? 0) + 0.587 * (image[red + 1] ?? 0) + 0.114 * (image[red + 2] ?? 0);
    image[red] = luma;
    image[red + 1] = luma;
    image[red + 2] = luma;
  }
}

/** Inverts the values in the upper half of the range `low` to `high`, in place. For 8-bit pixels: 128 and more. */
export function solarise(image: Float32Array, low: number, high: number): void {
  const middle = (low + high) / 2;
  for (let index = 0; index < image.length; index++) {
    const value = image[index] ?? 0;
    if (value >= middle) image[index] = low + high - value;
  }
}

/** Gaussian blur in place, sigma in pixels, borders reflected. `scratch` has the size of the image. */
export function blur(
  image: Float32Array,
  [height, width, channels]: ImageShape,
  sigma: number,
  scratch: Float32Array,
): void {
  const kernel = gaussianKernel(sigma);
  filterAxis(image, height, channels, kernelFilter(width, kernel), scratch);
  filterAxis(scratch, 1, width * channels, kernelFilter(height, kernel), image);
}

/** The Gaussian at −r … r for r = ⌈3 sigma⌉, divided by its sum. */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.ceil(3 * sigma);
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, index) =>
    Math.exp(-((index - radius) ** 2) / (2 * sigma ** 2)),
  );
  normalise(kernel);
  return kernel;
}

/** The same kernel around each of `size` pixels. */
function kernelFilter(size: number, kernel: Float64Array): AxisFilter {
  const taps = kernel.length;
  const sources = new Int32Array(size * taps);
  const weights = new Float64Array(size * taps);
  const around = reflectedIndices(-(taps - 1) / 2, size + taps - 1, size);
  for (let output = 0; output < size; output++) {
    sources.set(around.subarray(output, output + taps), output * taps);
    weights.set(kernel, output * taps);
  }
  return { from: size, to: size, taps, sources, weights };
}

/** `count` places from `first` on, reflected into 0 … size − 1 without repeating the edge: −1 is 1, size is size − 2. */
function reflectedIndices(first: number, count: number, size: number): Int32Array {
  const period = Math.max(1, 2 * (size - 1));
  return Int32Array.from({ length: count }, (_, index) => {
    const place = (((first + index) % period) + period) % period;
    return Math.min(place, period - place);
  });
}
