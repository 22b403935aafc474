/** Images and labels from files: npz archives with `x_train`, `y_train`, `x_test`, `y_test`, or `x`, `y`. */
import { StudioError } from '../errors.ts';
import type { Npz } from '../formats/npz.ts';
import { permutation, seededRandom } from '../random.ts';
import type { ImageSet } from './images.ts';

/** A file of images, all in memory: 8-bit pixels stay 8-bit. Labels are the file's own numbers. */
export interface ImageFile {
  file: string;
  train: ImageSet;
  test: ImageSet;
  /** How train and test came about. */
  split: string;
}

const heldOut = 5;

/** Null when the archive has no array of images. Throws `StudioError` when images and labels do not fit. */
export async function readImageFile(archive: Npz): Promise<ImageFile | null> {
  const { file } = archive;
  if (archive.tensors.has('x_train') && archive.tensors.has('x_test')) {
    const train = await readSet(archive, 'x_train', 'y_train');
    const test = await readSet(archive, 'x_test', 'y_test');
    return { file, train, test, split: 'x_train and x_test of the file' };
  }
  if (!archive.tensors.has('x') || !archive.tensors.has('y')) return null;
  const all = await readSet(archive, 'x', 'y');
  const order = permutation(all.count, seededRandom(0));
  const test = Math.floor(all.count / heldOut);
  return {
    file,
    train: selectImages(all, order.subarray(test)),
    test: selectImages(all, order.subarray(0, test)),
    split: `one image in ${heldOut} held out`,
  };
}

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

async function readSet(archive: Npz, x: string, y: string): Promise<ImageSet> {
  const images = archive.tensors.get(x);
  const labels = archive.tensors.get(y);
  const problem = (message: string, advice: string) =>
    new StudioError({ kind: 'images', message, advice, subject: archive.file });
  if (!images || !labels) {
    throw problem(`${archive.file} has ${x} but no ${y}.`, 'Save the labels beside the images.');
  }
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (images.shape.length < 3 || images.shape.length > 4) {
    throw problem(
      `${x} in ${archive.file} has shape [${images.shape.join(', ')}]; images are [count, height, width] or [count, height, width, channels].`,
      'Reshape the array and save it again.',
    );
  }
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    throw problem(
      `${archive.file} has ${count} images in ${x} but labels of shape [${labels.shape.join(', ')}] in ${y}.`,
      'Give one label for each image.',
    );
  }
  if (count === 0) throw problem(`${x} in ${archive.file} has no images.`, 'Choose a file with at least one image.');
  const pixels = images.elementType === 'U8' ? await images.readBytes() : (await images.read()).values;
  return { count, shape: [height, width, channels], pixels, labels: Int32Array.from((await labels.read()).values) };
}
