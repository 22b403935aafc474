/** The binary files of CIFAR-10 and CIFAR-100: records of labels and 3072 bytes, red, green and blue planes of 32 × 32. */
import type { NamedSource } from '../../tensors/byte-source.ts';
import { channelsLast } from '../channels.ts';
import { imageError } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import type { ReadGroup } from './image-reader.ts';
import { readWhole } from './image-reader.ts';
import { checkMemory } from './limit.ts';
import { baseName, partOf } from './paths.ts';
import { halves } from './split.ts';

const shape: ImageSet['shape'] = [32, 32, 3];
const imageBytes = 3072;
/** Label bytes of a record: CIFAR-10 has the class, CIFAR-100 the coarse and the fine class. The last one counts. */
const labelBytes = { 'CIFAR-10': 1, 'CIFAR-100': 2 } as const;
const classes = { 'CIFAR-10': 10, 'CIFAR-100': 100 } as const;
type Kind = keyof typeof labelBytes;

/** Names as they are published. */
export const cifarName = /^(?:data_batch_\d+|test_batch|train|test)\.bin$/i;
/** Files of class names, one a line; the coarse classes of CIFAR-100 are not used. */
export const cifarClassesName = /^(?:batches\.meta|fine_label_names|coarse_label_names)\.txt$/i;

/** Whether a file may be of this kind by its name and, exactly, by its size. */
export const looksLikeCifar = ({ name, source }: NamedSource): boolean =>
  cifarName.test(baseName(name)) && source.size > 0 && kindsOf(source.size).length > 0;

/** Class names come from `batches.meta.txt` or `fine_label_names.txt`. Throws `StudioError` when a file is cut off or has other labels. */
export const readCifar: ReadGroup = async (name, files) => {
  const batches = files.filter((file) => !cifarClassesName.test(baseName(file.name)));
  if (batches.length === 0) {
    throw imageError(name, `${name} has class names but no images.`, 'Add data_batch_1.bin and the others as well.');
  }
  const kinds = batches.map(kindOf);
  const [kind = 'CIFAR-10'] = kinds;
  if (kinds.some((other) => other !== kind)) {
    throw imageError(name, `${name} mixes files of CIFAR-10 and of CIFAR-100.`, 'Add the files of one of them.');
  }
  const of = (test: boolean) => batches.filter((file) => (partOf(baseName(file.name)) === 'test') === test);
  const train = await readBatches(of(false), kind);
  const test = await readBatches(of(true), kind);
  return {
    file: name,
    ...halves(train, test),
    labelNames: await classNames(files, kind),
    notes: kind === 'CIFAR-100' ? ['labels are the 100 fine classes'] : [],
  };
};

const recordBytes = (kind: Kind): number => labelBytes[kind] + imageBytes;

const kindsOf = (size: number): Kind[] =>
  (Object.keys(labelBytes) as Kind[]).filter((kind) => size % recordBytes(kind) === 0);

function kindOf({ name, source }: NamedSource): Kind {
  const [first, second] = source.size > 0 ? kindsOf(source.size) : [];
  // A size can be a multiple of both; then the name decides.
  if (first && second) return /batch/i.test(baseName(name)) ? 'CIFAR-10' : 'CIFAR-100';
  if (first) return first;
  throw imageError(
    name,
    `${name} is cut off or is no CIFAR file: its ${source.size} bytes are no whole number of records of 3073 (CIFAR-10) or 3074 (CIFAR-100).`,
    'Download or copy the file again.',
  );
}

/** All batches, one after the other; null when there are none. */
async function readBatches(files: readonly NamedSource[], kind: Kind): Promise<ImageSet | null> {
  if (files.length === 0) return null;
  const record = recordBytes(kind);
  const count = files.reduce((sum, { source }) => sum + source.size / record, 0);
  checkMemory(files[0]!.name, count, shape);
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Int32Array(count);
  let row = 0;
  for (const file of files) {
    const bytes = await readWhole(file);
    for (let start = 0; start < bytes.length; start += record, row++) {
      const label = bytes[start + labelBytes[kind] - 1]!;
      if (label >= classes[kind]) {
        throw imageError(
          file.name,
          `${file.name} has a label ${label}; ${kind} has ${classes[kind]} classes.`,
          'Download or copy the file again.',
        );
      }
      labels[row] = label;
      const planes = bytes.subarray(start + labelBytes[kind], start + record);
      pixels.set(channelsLast(planes, 1, 3), row * imageBytes);
    }
  }
  return { count, shape, pixels, labels };
}

async function classNames(files: readonly NamedSource[], kind: Kind): Promise<string[] | null> {
  const wanted = kind === 'CIFAR-10' ? 'batches.meta.txt' : 'fine_label_names.txt';
  const file = files.find(({ name }) => baseName(name).toLowerCase() === wanted);
  if (!file) return null;
  const lines = new TextDecoder().decode(await readWhole(file)).split('\n');
  const names = lines.map((line) => line.trim()).filter((line) => line !== '');
  return names.length === classes[kind] ? names : null;
}
