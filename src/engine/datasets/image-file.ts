/** A file, or several that belong together, of images and labels: the shape that every format in `files` is read into. */
import { StudioError } from '../errors.ts';
import { permutation, seededRandom } from '../random.ts';
import type { ImageSet } from './images.ts';

/** Images for training and for testing, all in memory: 8-bit pixels stay 8-bit. */
export interface ImageFile {
  file: string;
  train: ImageSet;
  test: ImageSet;
  /** How train and test came about. */
  split: string;
  /** Name of each label, by its number; null when the file has numbers only. */
  labelNames: readonly string[] | null;
  /** What was done to the images on the way in, a sentence each. */
  notes: readonly string[];
}

/** One image in so many is held out for testing when a file has no test images of its own. */
export const heldOut = 5;

export const heldOutSplit = `one image in ${heldOut} held out`;

/** Which of `count` images are held out for testing, the same at every reading. */
export function heldOutRows(count: number): { train: Uint32Array; test: Uint32Array } {
  const order = permutation(count, seededRandom(0));
  const test = Math.floor(count / heldOut);
  return { train: order.subarray(test), test: order.subarray(0, test) };
}

/** The two halves of an image file when one image in five is held out of a set. */
export function holdOut(all: ImageSet): Pick<ImageFile, 'train' | 'test' | 'split'> {
  const { train, test } = heldOutRows(all.count);
  return { train: selectImages(all, train), test: selectImages(all, test), split: heldOutSplit };
}

/** An error about images in a file. */
export const imageError = (file: string, message: string, advice: string): StudioError =>
  new StudioError({ kind: 'images', message, advice, subject: file });

/** A copy of some images, in the order of `rows`. */
export function selectImages(images: ImageSet, rows: ArrayLike<number>): ImageSet {
  const size = images.shape[0] * images.shape[1] * images.shape[2];
  const Pixels = images.pixels.constructor as Uint8ArrayConstructor | Float32ArrayConstructor;
  const pixels = new Pixels(rows.length * size);
  const labels = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    pixels.set(images.pixels.subarray(row * size, (row + 1) * size), index * size);
    labels[index] = images.labels[row] ?? 0;
  }
  return { count: rows.length, shape: images.shape, pixels, labels };
}

/** Images of one shape and pixel type, one set after the other. */
export function joinImages(first: ImageSet, second: ImageSet): ImageSet {
  const Pixels = first.pixels.constructor as Uint8ArrayConstructor | Float32ArrayConstructor;
  const pixels = new Pixels(first.pixels.length + second.pixels.length);
  pixels.set(first.pixels);
  pixels.set(second.pixels, first.pixels.length);
  const labels = new Int32Array(first.count + second.count);
  labels.set(first.labels);
  labels.set(second.labels, first.count);
  return { count: first.count + second.count, shape: first.shape, pixels, labels };
}
