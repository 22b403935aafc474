/** How much memory decoded images may take. */
import { imageError } from '../image-file.ts';
import type { ImageSet } from '../images.ts';

/** Bytes of all decoded images of a file. A browser refuses much larger arrays, and a tab does not live long with several. */
export const largestDecoded = 2 * 2 ** 30;

/** Whether `count` images of this shape may be decoded. `bytes`: of one number, 1 for 8-bit pixels. */
export function fitsMemory(count: number, shape: ImageSet['shape'], bytes = 1): boolean {
  return count * imageBytes(shape, bytes) <= largestDecoded;
}

/** Refuses images that would take too much memory, before they are decoded. Throws `StudioError`. */
export function checkMemory(file: string, count: number, shape: ImageSet['shape'], bytes = 1): void {
  if (fitsMemory(count, shape, bytes)) return;
  const fitting = Math.floor(largestDecoded / imageBytes(shape, bytes));
  const gigabytes = ((count * imageBytes(shape, bytes)) / 2 ** 30).toFixed(1);
  throw imageError(
    file,
    `${file} has ${count} images of ${shape.join(' × ')} (height, width, channels), which take ${gigabytes} GB decoded; ${fitting} of them would fit.`,
    'Choose a part of the images, or make them smaller.',
  );
}

const imageBytes = ([height, width, channels]: ImageSet['shape'], bytes: number) => height * width * channels * bytes;
