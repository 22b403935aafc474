/** npz archives of images and labels, under the names that people and published data sets give them. */
import type { Npz } from '../../formats/npz.ts';
import type { RawTensor } from '../../tensors/host-tensor.ts';
import { channelsLast } from '../channels.ts';
import type { ImageFile } from '../image-file.ts';
import { holdOut, imageError, joinImages } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import { checkMemory } from './limit.ts';

/** Names of an array of images and of the array of its labels. */
type Pair = readonly [images: string, labels: string];

/** Archives with training images apart; `val_images` is MedMNIST's. */
const splitLayouts: readonly { train: Pair; validation: Pair; test: Pair }[] = [
  { train: ['x_train', 'y_train'], validation: ['x_val', 'y_val'], test: ['x_test', 'y_test'] },
  {
    train: ['train_images', 'train_labels'],
    validation: ['val_images', 'val_labels'],
    test: ['test_images', 'test_labels'],
  },
];

const wholeLayouts: readonly Pair[] = [
  ['x', 'y'],
  ['images', 'labels'],
  ['data', 'labels'],
];

/** What `numpy.savez` calls arrays that were given no names. */
const unnamed: Pair = ['arr_0', 'arr_1'];

const integers: readonly string[] = ['I64', 'I32', 'I16', 'I8', 'U8'];

/** Whether the names of an archive's arrays are those of images and labels. Reads nothing. */
export const hasImages = (archive: Npz): boolean => readerOf(archive) !== null;

/**
 * Null when the archive has no array of images. Names may be in upper or lower case; channels may come first or last.
 * Throws `StudioError` when images and labels do not fit.
 */
export async function readImageFile(archive: Npz): Promise<ImageFile | null> {
  return (await readerOf(archive)?.()) ?? null;
}

function readerOf(archive: Npz): (() => Promise<ImageFile>) | null {
  const names = new Map([...archive.tensors.keys()].map((name) => [name.toLowerCase(), name]));
  for (const { train, validation, test } of splitLayouts) {
    if (!names.has(train[0])) continue;
    const parts = [train, validation, test].map((pair) => (names.has(pair[0]) ? named(names, pair) : null));
    return () => readSplit(archive, parts);
  }
  const whole = wholeLayouts.find((pair) => pair.every((name) => names.has(name)));
  if (whole) return () => readWhole(archive, named(names, whole));
  return isUnnamedPair(archive) ? () => readWhole(archive, unnamed) : null;
}

const named = (names: ReadonlyMap<string, string>, [images, labels]: Pair): Pair => [
  names.get(images) ?? images,
  names.get(labels) ?? labels,
];

/** Weights are saved without names as well: only two arrays, images and whole numbers, are told from them. */
function isUnnamedPair({ tensors }: Npz): boolean {
  const [images, labels] = unnamed.map((name) => tensors.get(name));
  if (!images || !labels || tensors.size !== 2) return false;
  return images.shape.length >= 3 && integers.includes(labels.elementType) && labels.shape[0] === images.shape[0];
}

async function readSplit(archive: Npz, parts: readonly (Pair | null)[]): Promise<ImageFile> {
  const { file } = archive;
  const notes: string[] = [];
  const [train, validation, test] = await Promise.all(parts.map((pair) => pair && readSet(archive, pair, notes)));
  const [trainName = '', validationName = '', testName = ''] = parts.map((pair) => pair?.[0]);
  if (!train) throw new RangeError(`no training images in ${file}`);
  for (const other of [validation, test]) {
    if (!other || kindOf(other) === kindOf(train)) continue;
    throw imageError(
      file,
      `The images of ${file} are of two kinds: ${kindOf(train)} and ${kindOf(other)}.`,
      'Save training and test images of one size and type.',
    );
  }
  if (test && validation) notes.push(`the images of ${validationName} count as training images`);
  const heldOut = test ?? validation;
  const halves = heldOut
    ? {
        train: test && validation ? joinImages(train, validation) : train,
        test: heldOut,
        split: `${trainName} and ${test ? testName : validationName} of the file`,
      }
    : holdOut(train);
  return { file, ...halves, labelNames: null, notes };
}

const kindOf = ({ shape, pixels }: ImageSet): string =>
  `${shape.join(' × ')} ${pixels instanceof Uint8Array ? 'in 8 bits' : 'in floats'}`;

async function readWhole(archive: Npz, pair: Pair): Promise<ImageFile> {
  const notes: string[] = [];
  const all = await readSet(archive, pair, notes);
  return { file: archive.file, ...holdOut(all), labelNames: null, notes };
}

async function readSet({ file, tensors }: Npz, [x, y]: Pair, notes: string[]): Promise<ImageSet> {
  const images = tensors.get(x);
  const labels = tensors.get(y);
  if (!images || !labels) {
    throw imageError(file, `${file} has ${x} but no ${y}.`, 'Save the labels beside the images.');
  }
  const { count, shape, planes } = imageShape(file, x, images);
  if (count !== labels.shape[0] || labels.shape.slice(1).some((axis) => axis !== 1)) {
    throw imageError(
      file,
      `${file} has ${count} images in ${x} but labels of shape [${labels.shape.join(', ')}] in ${y}.`,
      'Give one label for each image.',
    );
  }
  const eightBit = images.elementType === 'U8';
  checkMemory(file, count, shape, eightBit ? 1 : 4);
  const stored = eightBit ? await images.readBytes() : (await images.read()).values;
  if (planes) notes.push(`${x} has its channels first; they were put last`);
  const pixels = planes ? channelsLast(stored, count, shape[2]) : stored;
  return { count, shape, pixels, labels: Int32Array.from((await labels.read()).values) };
}

/** `planes`: whether channels come before rows, as PyTorch has them. */
function imageShape(file: string, x: string, { shape }: RawTensor) {
  const [count = 0, first = 0, second = 0, third = 1] = shape;
  if (shape.length < 3 || shape.length > 4) {
    throw imageError(
      file,
      `${x} in ${file} has shape [${shape.join(', ')}]; images are [count, height, width] or [count, height, width, channels].`,
      'Reshape the array and save it again.',
    );
  }
  if (count === 0) throw imageError(file, `${x} in ${file} has no images.`, 'Choose a file with at least one image.');
  const planes = shape.length === 4 && (first === 1 || first === 3) && third > 4;
  const imageShape: ImageSet['shape'] = planes ? [second, third, first] : [first, second, third];
  return { count, shape: imageShape, planes };
}
