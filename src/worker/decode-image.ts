/** The browser's own decoder of images, for the readers of `engine/datasets/files`. */
import type { DecodedImage, DecodeImage } from '../engine/datasets/files/image-reader.ts';

/** Above this an image is refused: a canvas of more pixels does not fit, and no data set has such images. */
const mostPixels = 2 ** 26;

/**
 * Decodes PNG, JPEG, WebP, GIF (its first picture), BMP and, where the browser has it, AVIF. Turned as its EXIF data says; colours
 * as they are stored, without a colour profile; what is transparent lies on white. Rejects when the browser cannot decode it.
 */
export const decodeImage: DecodeImage = async (bytes, type) => {
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), {
    imageOrientation: 'from-image',
    colorSpaceConversion: 'none',
  });
  try {
    return draw(bitmap);
  } finally {
    bitmap.close();
  }
};

let canvas: OffscreenCanvas | null = null;

function draw(bitmap: ImageBitmap): DecodedImage {
  const { height, width } = bitmap;
  if (height * width > mostPixels) throw new RangeError(`${height} × ${width} pixels are too many`);
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.height !== height || canvas.width !== width) Object.assign(canvas, { height, width });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser gives no canvas to decode images on');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  return { height, width, ...withoutAlpha(context.getImageData(0, 0, width, height).data) };
}

/** RGBA, all opaque, as one channel when red, green and blue are the same everywhere, else as three. */
export function withoutAlpha(rgba: Uint8ClampedArray): Pick<DecodedImage, 'channels' | 'pixels'> {
  const channels = isGrey(rgba) ? 1 : 3;
  const pixels = new Uint8Array((rgba.length / 4) * channels);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += channels) {
    for (let channel = 0; channel < channels; channel++) pixels[to + channel] = rgba[from + channel]!;
  }
  return { channels, pixels };
}

function isGrey(rgba: Uint8ClampedArray): boolean {
  for (let at = 0; at < rgba.length; at += 4) {
    if (rgba[at] !== rgba[at + 1] || rgba[at] !== rgba[at + 2]) return false;
  }
  return true;
}
