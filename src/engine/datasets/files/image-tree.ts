/** Images in folders named for their classes: `class/image.png`, or `train/class/image.png` beside `test/class/image.png`. */
import type { NamedSource } from '../../tensors/byte-source.ts';
import { imageError } from '../image-file.ts';
import type { EncodedImage } from './decode.ts';
import { decodeImages } from './decode.ts';
import type { ReadGroup } from './image-reader.ts';
import { readWhole } from './image-reader.ts';
import type { Part } from './paths.ts';
import { inNaturalOrder, isImagePath, partOf } from './paths.ts';

interface Placed {
  file: NamedSource;
  part: Part | null;
  className: string;
}

/** Labels are the classes in natural order. Throws `StudioError` when images are in no class folder or lie deeper than that. */
export const readImageTree: ReadGroup = async (name, files, decode, options) => {
  const images = files.filter((file) => isImagePath(file.name));
  if (images.length === 0) {
    throw imageError(
      name,
      `${name} has no images (PNG, JPEG, WebP, GIF, BMP, AVIF).`,
      'Choose another folder or archive.',
    );
  }
  const { placed, loose } = placeImages(name, images);
  const labelNames = inNaturalOrder(new Set(placed.map(({ className }) => className)));
  const labelOf = new Map(labelNames.map((className, label) => [className, label]));
  const encoded = placed.map(
    ({ file, part, className }): EncodedImage => ({
      name: file.name,
      label: labelOf.get(className) ?? 0,
      part,
      read: () => readWhole(file),
    }),
  );
  const read = await decodeImages(name, encoded, decode, options);
  const [first] = loose;
  const left = first
    ? [
        `${loose.length} ${loose.length === 1 ? 'image' : 'images'} outside of class folders left out, the first is ${first}`,
      ]
    : [];
  return { ...read, labelNames, notes: [...left, ...read.notes] };
};

/** Finds part and class of each image; what all paths have in front of that is the folder as a whole. */
function placeImages(name: string, images: readonly NamedSource[]): { placed: Placed[]; loose: string[] } {
  const folders = images.map((image) => image.name.split('/').slice(0, -1));
  const common = commonDepth(folders);
  const inside = folders.map((path) => path.slice(common));
  const parts = new Set(inside.filter((path) => path.length > 1).map(([first = '']) => partOf(first)));
  const split = parts.size > 0 && !parts.has(null);
  const placed: Placed[] = [];
  const loose: string[] = [];
  for (const [index, path] of inside.entries()) {
    const file = images[index]!;
    const part = split ? partOf(path[0] ?? '') : null;
    const [className, deeper] = part ? path.slice(1) : path;
    if (deeper !== undefined) {
      throw imageError(
        name,
        `The images of ${name} are nested deeper than class/image or train/class/image: ${file.name}.`,
        'Move the images of each class into one folder, and name it for the class.',
      );
    }
    if (className === undefined) loose.push(file.name);
    else placed.push({ file, part, className });
  }
  if (placed.some(({ className }) => split || partOf(className) === null)) return { placed, loose };
  throw imageError(
    name,
    `The images of ${name} are in no class folders, so their classes are not known.`,
    'Put the images of each class into a folder, and name it for the class.',
  );
}

/** How many folders all paths have in common, leaving the deepest of them one to name its class. */
function commonDepth(folders: readonly (readonly string[])[]): number {
  const inFolders = folders.filter((path) => path.length > 0);
  const [first = []] = inFolders;
  const deepest = Math.max(...new Set(inFolders.map((path) => path.length)));
  let depth = 0;
  while (deepest > depth + 1 && inFolders.every((path) => path[depth] === first[depth])) depth++;
  return depth;
}
