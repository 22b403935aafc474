/** Images from whatever people have: picks the reader by content where it tells, by names where it does not. */
import type { OpenedFile } from '../../formats/format.ts';
import { readNpz } from '../../formats/npz.ts';
import { isZip, openZip } from '../../formats/zip/zip.ts';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { bytesSource } from '../../tensors/byte-source.ts';
import type { ImageFile } from '../image-file.ts';
import { imageError } from '../image-file.ts';
import { cifarClassesName, cifarName, looksLikeCifar, readCifar } from './cifar.ts';
import { looksLikeCsv, readCsv } from './csv.ts';
import { groupImageFiles, groupName } from './groups.ts';
import { headOfGzip, isGzip, unpackGzip } from './gzip.ts';
import { idxName, isIdx, readIdx } from './idx.ts';
import type { DecodeImage, ReadGroup, ReadOptions } from './image-reader.ts';
import { readWhole } from './image-reader.ts';
import { readImageTree } from './image-tree.ts';
import { largestDecoded } from './limit.ts';
import { hasImages, readImageFile } from './npz.ts';
import { isParquet, readParquet } from './parquet.ts';
import { baseName, isHidden, isImagePath } from './paths.ts';
import { firstPaths, isTar, openTar } from './tar.ts';

const understood =
  'npz, IDX (MNIST), CIFAR binary files, parquet, CSV of pixels, and folders or archives (zip, tar) with a folder of images for each class';

/** Enough for the first line of a table. */
const headBytes = 2 ** 12;

interface Started {
  file: NamedSource;
  head: Uint8Array;
}

/**
 * Formats of which a set of images is some files, with the files that are of it. An ending is tried only where content tells nothing.
 */
const formats: readonly { reads: ReadGroup; takes(started: Started): boolean }[] = [
  { reads: readParquet, takes: ({ head }) => isParquet(head) },
  { reads: readIdx, takes: ({ file, head }) => isIdx(head) || idxName.test(baseName(file.name)) },
  {
    reads: readCifar,
    takes: ({ file }) => [cifarName, cifarClassesName].some((name) => name.test(baseName(file.name))),
  },
  { reads: readCsv, takes: ({ head }) => looksLikeCsv(head) },
];

/**
 * Reads one group of files that belong together (`groupImageFiles`), or a single file. Names may be paths: folders are classes.
 * Compressed images are decoded by `decode`. Throws `StudioError`, before anything is decoded when it would take too much memory.
 */
export async function readImages(
  files: readonly NamedSource[],
  decode: DecodeImage,
  options: ReadOptions = {},
): Promise<ImageFile> {
  const visible = files.filter(({ name }) => !isHidden(name));
  const name = files.length === 1 ? files[0]!.name : groupName(files.map((file) => file.name));
  if (visible.length === 1) {
    const only = await unpacked(visible[0]!);
    const head = await headOf(only);
    if (isZip(head)) return readZip(only, decode, options);
    if (isTar(head)) return readEntries(name, await openTar(only), decode, options);
  }
  return readFiles(name, visible, decode, options);
}

/** Whether a single file holds images, or is a part of some that lacks the others. Reads little. */
export async function looksLikeImages({ name, source, head, entries }: OpenedFile): Promise<boolean> {
  if (entries) return zipHasImages({ name, source }, [...entries.keys()]);
  if (isImagePath(name) || looksLikeCifar({ name, source })) return true;
  const start = isGzip(head) ? await headOfGzip(source) : await headOf({ name, source });
  if (isTar(start)) return haveImages(await firstPaths(start));
  return isParquet(start) || isIdx(start) || looksLikeCsv(start);
}

async function zipHasImages(archive: NamedSource, paths: readonly string[]): Promise<boolean> {
  if (paths.some((path) => path.endsWith('.npy'))) return hasImages(await readNpz(archive));
  return haveImages(paths);
}

/** Whether an archive of these files holds images and is no checkpoint. */
function haveImages(paths: readonly string[]): boolean {
  if (paths.some((path) => /(^|\/)data\.pkl$|\.weights\.h5$/.test(path))) return false;
  const tables = /\.(parquet|csv|tsv)(\.gz)?$/i;
  return paths.some((path) => {
    const name = baseName(path);
    return isImagePath(path) || (!isHidden(path) && [idxName, cifarName, tables].some((known) => known.test(name)));
  });
}

/** An npz file, or a zip archive of one group of files. */
async function readZip(archive: NamedSource, decode: DecodeImage, options: ReadOptions): Promise<ImageFile> {
  const { name } = archive;
  const entries = await openZip(archive);
  if (![...entries.keys()].some((path) => path.endsWith('.npy'))) return readEntries(name, entries, decode, options);
  const images = await readImageFile(await readNpz(archive));
  if (images) return images;
  throw imageError(
    name,
    `${name} has no images; arrays of images are called x and y, or x_train, y_train, x_test and y_test.`,
    'Save images and labels under these names.',
  );
}

/** An archive of one group of files. */
async function readEntries(
  name: string,
  entries: ReadonlyMap<string, ByteSource>,
  decode: DecodeImage,
  options: ReadOptions,
): Promise<ImageFile> {
  const files = [...entries].map(([path, source]): NamedSource => ({ name: path, source }));
  const { groups, others } = groupImageFiles(files.map((file) => file.name));
  if (groups.length > 1) {
    const names = groups.map((group) => group.name).join(', ');
    throw imageError(name, `${name} holds several sets of images: ${names}.`, 'Unpack it and add one of them.');
  }
  const wanted = new Set(groups[0]?.paths ?? others.filter((path) => !isHidden(path)));
  const members = files.filter((file) => wanted.has(file.name));
  const pictures = members.some((file) => isImagePath(file.name));
  return readFiles(name, pictures ? members : await inMemory(name, members), decode, options);
}

/** Packed files are unpacked once, not again for each part that is read. Throws `StudioError` when they are too large for that. */
async function inMemory(name: string, files: readonly NamedSource[]): Promise<NamedSource[]> {
  if (files.reduce((sum, { source }) => sum + source.size, 0) > largestDecoded) {
    throw imageError(name, `${name} unpacks to more than 2 GB.`, 'Unpack it and add the files inside.');
  }
  const unpacking = files.map(async (file) => ({ name: file.name, source: bytesSource(await readWhole(file)) }));
  return Promise.all(unpacking);
}

async function readFiles(
  name: string,
  files: readonly NamedSource[],
  decode: DecodeImage,
  options: ReadOptions,
): Promise<ImageFile> {
  // A folder can have very many files: their names tell enough.
  if (files.some((file) => isImagePath(file.name))) return readImageTree(name, files, decode, options);
  const started: Started[] = [];
  for (const packed of files) {
    const file = await unpacked(packed);
    started.push({ file, head: await headOf(file) });
  }
  for (const { reads, takes } of formats) {
    const taken = started.filter(takes);
    const members = taken.map(({ file }) => file);
    if (members.length > 0) return reads(name, members, decode, options);
  }
  throw imageError(name, `${name} has no images that the studio reads.`, `The studio reads ${understood}.`);
}

const unpacked = async (file: NamedSource): Promise<NamedSource> =>
  isGzip(await headOf(file)) ? unpackGzip(file) : file;

const headOf = ({ source }: NamedSource): Promise<Uint8Array<ArrayBuffer>> =>
  source.read(0, Math.min(source.size, headBytes));
