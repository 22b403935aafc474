/** Channels of images: grey and colour, and the two orders in which files store them. */
import type { ImageSet } from './images.ts';

type Pixels = ImageSet['pixels'];

/** Weights of red, green and blue in the brightness of a pixel: luma of ITU-R BT.601, as PIL's `convert('L')` has it. */
const luma = [0.299, 0.587, 0.114] as const;

/** Zeros of the same type as `pixels`. */
export function emptyPixels(pixels: Pixels, length: number): Pixels {
  return pixels instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
}

/** `[…, 1]` to `[…, 3]`: the grey value three times. */
export function repeatGrey(grey: Pixels): Pixels {
  const colour = emptyPixels(grey, 3 * grey.length);
  for (let from = 0, to = 0; from < grey.length; from++, to += 3) {
    const value = grey[from]!;
    colour[to] = value;
    colour[to + 1] = value;
    colour[to + 2] = value;
  }
  return colour;
}

/** `[…, 3]` to `[…, 1]`: luma; 8-bit pixels are rounded. */
export function lumaOf(colour: Pixels): Pixels {
  const grey = emptyPixels(colour, colour.length / 3);
  const half = colour instanceof Uint8Array ? 0.5 : 0; // a byte array cuts fractions off
  for (let to = 0, from = 0; to < grey.length; to++, from += 3) {
    grey[to] = luma[0] * colour[from]! + luma[1] * colour[from + 1]! + luma[2] * colour[from + 2]! + half;
  }
  return grey;
}

/** `[count, channels, height · width]` to `[count, height · width, channels]`. */
export function channelsLast(planes: Pixels, count: number, channels: number): Pixels {
  const interleaved = emptyPixels(planes, planes.length);
  const size = planes.length / count;
  const plane = size / channels;
  for (let start = 0; start < planes.length; start += size) {
    for (let channel = 0; channel < channels; channel++) {
      const from = start + channel * plane;
      for (let pixel = 0; pixel < plane; pixel++) {
        interleaved[start + pixel * channels + channel] = planes[from + pixel]!;
      }
    }
  }
  return interleaved;
}
