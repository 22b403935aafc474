/** Images made fit for a source: grey or colour as its input has it, and of its size (docs/method.md "Unequal sources"). */
import type { Architecture } from '../architectures/model.ts';
import { lumaOf, repeatGrey } from './channels.ts';
import type { ImageFile } from './image-file.ts';
import type { ImageSet } from './images.ts';
import { coverImages } from './resize.ts';

type Shape = ImageSet['shape'];

/**
 * The images as a source takes them: the same object when nothing is to be done, else made once and kept as long as the images are.
 * Colour becomes grey by luma, grey is repeated; another size is resized, the shorter side first, and cut out of the centre. An MLP
 * takes square images of as many numbers as it has inputs. A file gets notes of what was done. Images that cannot be matched
 * (`mismatch`) are returned as they are.
 */
export function matchImages<T extends ImageSet | ImageFile>(images: T, architecture: Architecture): T;
export function matchImages(images: ImageSet | ImageFile, architecture: Architecture): ImageSet | ImageFile {
  if (!('train' in images)) return matchSet(images, architecture);
  const train = matchSet(images.train, architecture);
  const test = matchSet(images.test, architecture);
  if (train === images.train && test === images.test) return images;
  return { ...images, train, test, notes: [...images.notes, ...matchNotes(images.train.shape, architecture)] };
}

/** What `matchImages` does to images of this shape, for people. */
export function matchNotes(from: Shape, architecture: Architecture): string[] {
  const to = matchedShape(from, architecture);
  if (!to) return [];
  const notes: string[] = [];
  if (from[2] === 3 && to[2] === 1) notes.push('colour turned to grey (luma of ITU-R BT.601)');
  if (from[2] === 1 && to[2] === 3) notes.push('grey repeated as red, green and blue');
  if (from[0] !== to[0] || from[1] !== to[1]) {
    const cut = from[0] === from[1] ? '' : ': the shorter side first, then the centre cut out';
    notes.push(`resized from ${from[0]}×${from[1]} to ${to[0]}×${to[1]}${cut}`);
  }
  return notes;
}

/** Why images of this shape cannot be matched to a source; null when they can. */
export function mismatch(from: Shape, architecture: Architecture): string | null {
  if (matchedShape(from, architecture)) return null;
  if (architecture.kind === 'mlp') {
    return isColourOrGrey(from[2])
      ? `its ${architecture.inputs} inputs are no square image, grey or in colour`
      : `images of ${from[2]} channels are neither grey nor in colour`;
  }
  return `it takes images of ${architecture.channels} channels, and only grey and colour are turned into one another`;
}

function matchSet(images: ImageSet, architecture: Architecture): ImageSet {
  const shape = matchedShape(images.shape, architecture);
  if (!shape || String(shape) === String(images.shape)) return images;
  const known = matched.get(images) ?? new Map<string, ImageSet>();
  matched.set(images, known);
  const key = String(shape);
  const made = known.get(key) ?? convert(images, shape);
  known.set(key, made);
  return made;
}

const matched = new WeakMap<ImageSet, Map<string, ImageSet>>();

/** Resizes with as few channels as there are on either side. */
function convert(images: ImageSet, [height, width, channels]: Shape): ImageSet {
  const grey = images.shape[2] > channels ? withChannels(images, 1) : images;
  const resized = coverImages(grey, height, width);
  return resized.shape[2] < channels ? withChannels(resized, 3) : resized;
}

function withChannels({ count, shape, pixels, labels }: ImageSet, channels: 1 | 3): ImageSet {
  const changed = channels === 1 ? lumaOf(pixels) : repeatGrey(pixels);
  return { count, shape: [shape[0], shape[1], channels], pixels: changed, labels };
}

/** The shape that a source takes images of this shape in; null when there is none. */
function matchedShape(from: Shape, architecture: Architecture): Shape | null {
  if (architecture.kind === 'vit') {
    const { image, channels } = architecture;
    const alike = channels === from[2] || (isColourOrGrey(channels) && isColourOrGrey(from[2]));
    return alike ? [image, image, channels] : null;
  }
  const { inputs } = architecture;
  const [height, width, channels] = from;
  if (height * width * channels === inputs) return from;
  if (!isColourOrGrey(channels)) return null;
  const colours = [1, 3] as const;
  const sameSize = colours.find((wanted) => height * width * wanted === inputs);
  if (sameSize) return [height, width, sameSize];
  const square = colours.find((wanted) => Number.isInteger(Math.sqrt(inputs / wanted)));
  return square ? [Math.sqrt(inputs / square), Math.sqrt(inputs / square), square] : null;
}

const isColourOrGrey = (channels: number): boolean => channels === 1 || channels === 3;
