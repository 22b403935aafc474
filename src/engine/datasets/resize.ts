/** Images of another size, and what resizing and blurring share: weighted sums along one axis of an image. */
import { emptyPixels } from './channels.ts';
import type { ImageSet } from './images.ts';

/** A linear map along one axis: each of its `to` outputs is a weighted sum of `taps` of the `from` inputs. */
export interface AxisFilter {
  from: number;
  to: number;
  taps: number;
  /** Which inputs each output sums, `[to, taps]`. */
  sources: Int32Array;
  /** Their weights, `[to, taps]`; those of one output sum to 1. */
  weights: Float64Array;
}

/**
 * All images at another height and width: bilinear with antialiasing, as PIL's `BILINEAR` and torch's
 * `interpolate(mode='bilinear', antialias=True, align_corners=False)`. 8-bit pixels are rounded once, at the end (PIL
 * rounds after each axis, so it can differ by 1). Images that have the size already are returned as they are.
 */
export function resizeImages(images: ImageSet, height: number, width: number): ImageSet {
  const [oldHeight, oldWidth, channels] = images.shape;
  if (height === oldHeight && width === oldWidth) return images;
  const across = triangleFilter(oldWidth, width);
  const down = triangleFilter(oldHeight, height);
  const image = new Float32Array(oldHeight * oldWidth * channels);
  const narrowed = new Float32Array(oldHeight * width * channels);
  const resized = new Float32Array(height * width * channels);
  const pixels = emptyPixels(images.pixels, images.count * resized.length);
  for (let index = 0; index < images.count; index++) {
    image.set(images.pixels.subarray(index * image.length, (index + 1) * image.length));
    filterAxis(image, oldHeight, channels, across, narrowed);
    filterAxis(narrowed, 1, width * channels, down, resized);
    storePixels(resized, pixels, index * resized.length);
  }
  return { count: images.count, shape: [height, width, channels], pixels, labels: images.labels };
}

/**
 * All images at another height and width without squeezing them: resized until they cover it, then the centre is cut out, as
 * torchvision's `Resize` of the shorter side and `CenterCrop` do.
 */
export function coverImages(images: ImageSet, height: number, width: number): ImageSet {
  const [oldHeight, oldWidth] = images.shape;
  const scale = Math.max(height / oldHeight, width / oldWidth);
  const covering = [oldHeight, oldWidth].map((side) => Math.floor(side * scale + 1e-9));
  const [coveringHeight = height, coveringWidth = width] = covering;
  return cropCentre(
    resizeImages(images, Math.max(height, coveringHeight), Math.max(width, coveringWidth)),
    height,
    width,
  );
}

function cropCentre(images: ImageSet, height: number, width: number): ImageSet {
  const [oldHeight, oldWidth, channels] = images.shape;
  if (height === oldHeight && width === oldWidth) return images;
  const top = roundedHalf(oldHeight - height);
  const left = roundedHalf(oldWidth - width);
  const pixels = emptyPixels(images.pixels, images.count * height * width * channels);
  const row = width * channels;
  for (let target = 0; target < images.count * height; target++) {
    const image = Math.floor(target / height);
    const from = ((image * oldHeight + top + (target % height)) * oldWidth + left) * channels;
    pixels.set(images.pixels.subarray(from, from + row), target * row);
  }
  return { count: images.count, shape: [height, width, channels], pixels, labels: images.labels };
}

/** Half of a whole number, rounded to the even neighbour as Python rounds. */
const roundedHalf = (whole: number): number => (whole % 2 === 0 ? whole / 2 : 2 * Math.round(whole / 4));

/**
 * The weights of bilinear resizing from `from` to `to` pixels: a triangle around the centre of each output pixel, as
 * wide as two input pixels or, when shrinking, as two output pixels. Weights outside the image are left out.
 */
export function triangleFilter(from: number, to: number): AxisFilter {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(2 * support);
  const sources = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let output = 0; output < to; output++) {
    // Pixel i covers i to i + 1, so its centre lies at i + 1/2.
    const centre = (output + 0.5) * scale;
    const first = Math.floor(centre - support + 0.5);
    for (let tap = 0; tap < taps; tap++) {
      const source = first + tap;
      if (source < 0 || source >= from) continue;
      sources[output * taps + tap] = source;
      weights[output * taps + tap] = Math.max(0, 1 - Math.abs(source + 0.5 - centre) / support);
    }
    normalise(weights.subarray(output * taps, (output + 1) * taps));
  }
  return { from, to, taps, sources, weights };
}

/** Divides weights by their sum, in place. */
export function normalise(weights: Float64Array): void {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (let index = 0; index < weights.length; index++) weights[index] = (weights[index] ?? 0) / sum;
}

/** Applies a filter along the middle axis of `values`, `[outer, filter.from, inner]`; `into` is `[outer, filter.to, inner]`. */
export function filterAxis(
  values: Float32Array,
  outer: number,
  inner: number,
  { from, to, taps, sources, weights }: AxisFilter,
  into: Float32Array,
): void {
  for (let block = 0; block < outer; block++) {
    const start = block * from * inner;
    for (let output = 0; output < to; output++) {
      const target = (block * to + output) * inner;
      const firstTap = output * taps;
      const endOfTaps = firstTap + taps;
      for (let place = 0; place < inner; place++) {
        let sum = 0;
        for (let tap = firstTap; tap < endOfTaps; tap++)
          sum += weights[tap]! * values[start + sources[tap]! * inner + place]!;
        into[target + place] = sum;
      }
    }
  }
}

/** Writes computed pixels into an image set's pixels, from `start` on: rounded and clamped when these are 8-bit. */
export function storePixels(values: Float32Array, into: Uint8Array | Float32Array, start: number): void {
  if (into instanceof Float32Array) {
    into.set(values, start);
    return;
  }
  for (let index = 0; index < values.length; index++) {
    into[start + index] = Math.min(255, Math.max(0, Math.round(values[index]!)));
  }
}
