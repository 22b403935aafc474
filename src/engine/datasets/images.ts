/** Images on the host and how a network takes them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, VisionTransformer } from '../architectures/model.ts';
import { brackets } from '../architectures/naming.ts';
import { StudioError } from '../errors.ts';
import { matchImages, mismatch } from './match-source.ts';

/** Images of one kind: pixels `[count, height, width, channels]`, 8-bit (0 to 255) or floats as the network wants them. */
export interface ImageSet {
  count: number;
  /** Height, width, channels. */
  shape: readonly [number, number, number];
  pixels: Uint8Array | Float32Array;
  /** Class of each image in its task's head. */
  labels: Int32Array;
}

/** A task: the images of one source, kept apart for training, for the validation loss and for measuring. */
export interface TaskImages {
  name: string;
  /** Drawn from the file's training images, augmented ones after them. */
  train: ImageSet;
  /** Held out of the training images; may be none. */
  validation: ImageSet;
  test: ImageSet;
}

/** Shape of one network input, without the batch: MLP `[inputs]`, ViT `[patches, channels · patch²]`. */
export function inputShape(architecture: Architecture): number[] {
  if (architecture.kind === 'mlp') return [architecture.inputs];
  const { image, patch, channels } = architecture;
  return [(image / patch) ** 2, channels * patch ** 2];
}

/** Refuses images that cannot be made fit for the network (`matchImages`). Throws `StudioError`. */
export function checkInputs(architecture: Architecture, images: ImageSet, file: string): void {
  const reason = mismatch(images.shape, architecture);
  if (reason === null) return;
  throw new StudioError({
    kind: 'images',
    message: `The images of ${file} are ${brackets(images.shape)} (height, width, channels), and the source cannot take them: ${reason}.`,
    advice: 'Choose images of the kind that the source was trained on.',
    subject: file,
  });
}

/** The rows of an image set as a network takes them, on the host: 8-bit pixels become 0 to 1. */
export function writeInputs(
  architecture: Architecture,
  images: ImageSet,
  rows: ArrayLike<number>,
  into: Float32Array,
): void {
  const [height, width, channels] = images.shape;
  const size = height * width * channels;
  const scale = images.pixels instanceof Uint8Array ? 1 / 255 : 1;
  const order = architecture.kind === 'vit' ? patchOrder(architecture) : null;
  for (let index = 0; index < rows.length; index++) {
    const from = (rows[index] ?? 0) * size;
    const to = index * size;
    for (let pixel = 0; pixel < size; pixel++) {
      into[to + pixel] = (images.pixels[from + (order ? (order[pixel] ?? 0) : pixel)] ?? 0) * scale;
    }
  }
}

/** Images as a tensor, `[rows, …inputShape]`; of another size or other channels than the network takes, they are matched to it. */
export function networkInputs(architecture: Architecture, given: ImageSet, rows: ArrayLike<number>): tf.Tensor {
  const images = matchImages(given, architecture);
  const shape = [rows.length, ...inputShape(architecture)];
  const values = new Float32Array(shape.reduce((product, axis) => product * axis, 1));
  writeInputs(architecture, images, rows, values);
  return tf.tensor(values, shape);
}

const orders = new Map<string, Uint32Array>();

/** Where each input number lies in an image: patches row by row, in each patch channel, row, column as a kernel has them. */
function patchOrder({ image, patch, channels }: VisionTransformer): Uint32Array {
  const key = `${image} ${patch} ${channels}`;
  const known = orders.get(key);
  if (known) return known;
  const side = image / patch;
  const inPatch = patch * patch;
  const order = Uint32Array.from({ length: image * image * channels }, (_, index) => {
    const pixel = index % inPatch;
    const channel = Math.floor(index / inPatch) % channels;
    const place = Math.floor(index / (inPatch * channels));
    const y = Math.floor(place / side) * patch + Math.floor(pixel / patch);
    const x = (place % side) * patch + (pixel % patch);
    return (y * image + x) * channels + channel;
  });
  orders.set(key, order);
  return order;
}
