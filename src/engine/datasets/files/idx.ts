/** IDX, the files of MNIST and its relatives: images and labels apart, a magic number, sizes, then bytes. */
import type { NamedSource } from '../../tensors/byte-source.ts';
import type { ImageFile } from '../image-file.ts';
import { imageError } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import type { ReadGroup } from './image-reader.ts';
import { checkMemory } from './limit.ts';
import { baseName, partOf, withoutPart } from './paths.ts';
import { halves } from './split.ts';

const unsignedBytes = 0x08;
const mostAxes = 4;

interface Array8 {
  file: NamedSource;
  shape: number[];
  dataStart: number;
}

/** Two zeros, the type of the elements, the number of axes. */
export const isIdx = (head: Uint8Array): boolean =>
  head.length >= 4 &&
  head[0] === 0 &&
  head[1] === 0 &&
  head[2]! >= 0x08 &&
  head[2]! <= 0x0e &&
  head[3]! >= 1 &&
  head[3]! <= mostAxes;

/** Names of images and labels as they are published: "train-images-idx3-ubyte", "t10k-labels.idx1-ubyte.gz". */
export const idxName = /(images|labels)[-._]?idx[13][-._]ubyte/i;

/** Pairs images with labels by their names. Throws `StudioError` when one of a pair is missing, cut off or does not fit the other. */
export const readIdx: ReadGroup = async (name, files) => {
  const arrays = await Promise.all(files.map(readHeader));
  const images = arrays.filter(({ shape }) => shape.length > 2);
  const labels = arrays.filter(({ shape }) => shape.length === 1);
  const orphan = labels.find((array) => !partnerOf(array, images, labels.length));
  if (orphan) throw missingPartner(orphan, 'labels', 'images');
  const sets = { train: null as ImageSet | null, test: null as ImageSet | null };
  for (const array of images) {
    const partner = partnerOf(array, labels, images.length);
    if (!partner) throw missingPartner(array, 'images', 'labels');
    const part = images.length > 1 && partOf(baseName(array.file.name)) !== 'train' ? 'test' : 'train';
    if (sets[part]) {
      throw imageError(
        name,
        `${array.file.name} is one file of ${part} images too many.`,
        'Add one data set at a time.',
      );
    }
    sets[part] = await readPair(array, partner);
  }
  const { train, test } = sets;
  if (train && test && String(train.shape) !== String(test.shape)) {
    throw imageError(
      name,
      `The images for training and for testing have two sizes: ${train.shape.join(' × ')} and ${test.shape.join(' × ')}.`,
      'Add the files of one data set.',
    );
  }
  return { file: name, ...halves(train, test), labelNames: null, notes: [] } satisfies ImageFile;
};

/** The file of the other kind whose name is otherwise the same; or the only one, when there is one of each, both of one part. */
function partnerOf({ file }: Array8, others: readonly Array8[], count: number): Array8 | undefined {
  const stem = stemOf(file.name);
  const same = others.find((other) => stemOf(other.file.name) === stem);
  const [only] = others;
  if (same || !only || others.length > 1 || count > 1) return same;
  return partOf(baseName(only.file.name)) === partOf(baseName(file.name)) ? only : undefined;
}

const stemOf = (name: string): string =>
  baseName(name)
    .toLowerCase()
    .replace(/images?|labels?/, '')
    .replace(/idx\d/, '');

/** The same for all files of one data set: what is left of a name without its part and what it holds. */
export const idxStem = (name: string): string => withoutPart(stemOf(name.replace(/\.gz$/i, '')));

function missingPartner({ file }: Array8, has: 'images' | 'labels', lacks: 'images' | 'labels'): Error {
  const name = baseName(file.name);
  const partner = name.replace(new RegExp(has, 'i'), lacks).replace(/idx\d/i, lacks === 'images' ? 'idx3' : 'idx1');
  const known = partner === name ? '' : `: ${partner} is missing`;
  return imageError(name, `${name} has ${has} without ${lacks}${known}.`, 'Add images and labels together.');
}

async function readHeader(file: NamedSource): Promise<Array8> {
  const { name, source } = file;
  const head = await source.read(0, Math.min(source.size, 4 + 4 * mostAxes));
  if (!isIdx(head))
    throw imageError(name, `${name} is no IDX file.`, 'Add IDX images together with their IDX labels only.');
  if (head[2] !== unsignedBytes) {
    throw imageError(
      name,
      `${name} holds numbers of type 0x${head[2]!.toString(16).padStart(2, '0')}; the studio reads IDX files of unsigned bytes (0x08).`,
      'Save the images as 8-bit numbers.',
    );
  }
  const axes = head[3]!;
  const dataStart = 4 + 4 * axes;
  if (head.length < dataStart) throw cutOff(name);
  const view = new DataView(head.buffer, head.byteOffset);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (axes === 2) {
    throw imageError(
      name,
      `${name} has neither images nor labels: its shape is [${shape.join(', ')}].`,
      'Add other files.',
    );
  }
  if (source.size < dataStart + shape.reduce((product, axis) => product * axis, 1)) throw cutOff(name);
  return { file, shape, dataStart };
}

const cutOff = (name: string): Error =>
  imageError(
    name,
    `${name} is cut off: it has fewer bytes than its header claims.`,
    'Download or copy the file again.',
  );

async function readPair(images: Array8, labels: Array8): Promise<ImageSet> {
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  const [labelCount = 0] = labels.shape;
  const { name } = images.file;
  if (count !== labelCount) {
    throw imageError(
      name,
      `${name} has ${count} images, but ${labels.file.name} has ${labelCount} labels.`,
      'Add the labels of these images.',
    );
  }
  if (count === 0) throw imageError(name, `${name} has no images.`, 'Choose a file with at least one image.');
  const shape: ImageSet['shape'] = [height, width, channels];
  checkMemory(name, count, shape);
  return { count, shape, pixels: await elements(images), labels: Int32Array.from(await elements(labels)) };
}

const elements = ({ file, shape, dataStart }: Array8): Promise<Uint8Array> =>
  file.source.read(dataStart, dataStart + shape.reduce((product, axis) => product * axis, 1));
