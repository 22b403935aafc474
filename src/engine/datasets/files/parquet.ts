/**
 * Parquet files of images as Hugging Face publishes them: a column of compressed images, `{bytes, path}`, and a column of labels.
 * Read by byte ranges: the footer, the labels, then the images of one row group after the other.
 */
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { z } from 'zod';
import { StudioError } from '../../errors.ts';
import type { ByteSource, NamedSource } from '../../tensors/byte-source.ts';
import { imageError } from '../image-file.ts';
import type { EncodedImage } from './decode.ts';
import { decodeImages } from './decode.ts';
import type { ReadGroup } from './image-reader.ts';
import { largestDecoded } from './limit.ts';
import type { Part } from './paths.ts';
import { baseName, folderOf, inNaturalOrder, partOf } from './paths.ts';

/** "PAR1". */
export const isParquet = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;

/** Names of a column of labels, the likeliest first. */
const labelNames = ['label', 'fine_label', 'labels', 'class', 'target', 'category', 'digit'];
const imageNames = /^(image|img|picture|photo|pixels|bytes|jpg|jpeg|png)s?$/i;

/** Metadata that the `datasets` library writes: what each column holds. */
const featuresSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const classLabelSchema = z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()) });

interface ParquetFile {
  name: string;
  part: Part | null;
  buffer: AsyncBuffer;
  metadata: FileMetaData;
  image: string;
  label: string;
  /** Names of the labels, from the metadata. */
  classes: readonly string[] | null;
}

/** Numbers or names; null where an image has no label. */
type Label = number | string | null;

/** Class names come from the metadata, or are the labels themselves when these are text. Throws `StudioError`. */
export const readParquet: ReadGroup = async (name, files, decode, options) => {
  const opened = await Promise.all(files.map(openParquet));
  const labels: Label[][] = [];
  for (const file of opened) labels.push(await readLabels(file));
  const classes = opened.find((file) => file.classes)?.classes ?? namesAmong(labels.flat());
  const rows = opened.flatMap((file, index) => encodedImages(file, labels[index] ?? [], classes));
  const images = rows.filter(({ label }) => label >= 0);
  if (images.length === 0) {
    throw imageError(name, `${name} has no images with labels.`, 'Add the files of the training split.');
  }
  const read = await decodeImages(name, images, decode, options);
  const unlabelled = rows.length - images.length;
  const left =
    unlabelled > 0 ? [`${unlabelled} ${unlabelled === 1 ? 'image' : 'images'} without a label left out`] : [];
  return { ...read, labelNames: classes, notes: [...left, ...read.notes] };
};

/** The images of a file, none of them read yet. An image without a label has −1, as the `datasets` library has it. */
function encodedImages(file: ParquetFile, labels: readonly Label[], classes: readonly string[] | null): EncodedImage[] {
  const read = imageReader(file);
  return labels.map((value, row) => ({
    name: `${file.name}, row ${row}`,
    label: typeof value === 'string' ? (classes?.indexOf(value) ?? -1) : (value ?? -1),
    part: file.part,
    read: () => read(row),
  }));
}

async function openParquet({ name, source }: NamedSource): Promise<ParquetFile> {
  const buffer = bufferOf(source);
  const metadata = await orDamaged(name, () => parquetMetadataAsync(buffer, { geoparquet: false }));
  const columns = parquetSchema(metadata).children;
  const image = columns.find(isImageColumn)?.element.name;
  if (image === undefined) {
    const found = columns.map(({ element }) => element.name).join(', ');
    throw imageError(
      name,
      `${name} has no column of images; its columns are ${found}.`,
      'Add parquet files with images inside.',
    );
  }
  const features = featuresOf(metadata);
  const classNames = (column: string) => classLabelSchema.safeParse(features[column]).data?.names ?? null;
  const known = columns.map(({ element }) => element.name).filter((column) => column !== image);
  const label =
    labelNames.find((column) => known.includes(column)) ?? known.find((column) => classNames(column) !== null);
  if (label === undefined) {
    throw imageError(
      name,
      `${name} has images but no column of labels; its columns are ${[image, ...known].join(', ')}.`,
      'Name the column of labels "label".',
    );
  }
  const part = partOf(baseName(name)) ?? partOf(baseName(folderOf(name).slice(0, -1)));
  return { name, part, buffer, metadata, image, label, classes: classNames(label) };
}

/** A struct with `bytes`, or bytes alone under a name for images. */
function isImageColumn({ element, children }: SchemaTree): boolean {
  if (children.length > 0) return children.some((child) => child.element.name === 'bytes');
  return element.type === 'BYTE_ARRAY' && element.converted_type === undefined && imageNames.test(element.name);
}

function featuresOf({ key_value_metadata }: FileMetaData): Record<string, unknown> {
  const text = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  try {
    return featuresSchema.safeParse(JSON.parse(text ?? 'null')).data?.info.features ?? {};
  } catch {
    return {}; // names of classes are a help, and a file without them can be read
  }
}

async function readLabels({ name, buffer, metadata, label }: ParquetFile): Promise<Label[]> {
  const values = await orDamaged(name, () => readColumn(buffer, metadata, label));
  if (BigInt(values.length) !== metadata.num_rows) {
    throw imageError(
      name,
      `${name} has ${metadata.num_rows} rows but ${values.length} labels.`,
      'Download or copy the file again.',
    );
  }
  return values.map((value): Label => {
    if (typeof value === 'string' || value === null || value === undefined) return value ?? null;
    const number = Number(value);
    if (Number.isInteger(number)) return number;
    throw imageError(
      name,
      `The column "${label}" of ${name} holds no labels: a label is a whole number or a name.`,
      'Give one label for each image.',
    );
  });
}

/** The labels themselves, when they are text. */
function namesAmong(labels: readonly Label[]): string[] | null {
  const names = new Set(labels.filter((label) => typeof label === 'string'));
  return names.size > 0 ? inNaturalOrder(names) : null;
}

/** Reads the bytes of an image by its row. Images are asked for in order, so one row group at a time is kept. */
function imageReader({
  name,
  buffer: file,
  metadata,
  image,
}: ParquetFile): (row: number) => Promise<Uint8Array<ArrayBuffer>> {
  let kept: { start: number; end: number; images: Promise<unknown[]> } | null = null;
  const readGroup = (row: number) => {
    const { start, end } = groupOf(name, metadata, row);
    const images = readColumn(file, metadata, image, { rowStart: start, rowEnd: end });
    return { start, end, images };
  };
  return async (row) => {
    if (!kept || row < kept.start || row >= kept.end) kept = readGroup(row);
    const { start, images } = kept;
    const value = (await images)[row - start];
    const bytes = value instanceof Uint8Array ? value : (value as { bytes?: unknown } | null | undefined)?.bytes;
    if (bytes instanceof Uint8Array) return bytes as Uint8Array<ArrayBuffer>;
    throw imageError(
      name,
      `${name} has no bytes for the image in row ${row}.`,
      'Add parquet files with images inside.',
    );
  };
}

/** The rows of the group that a row lies in. */
function groupOf(name: string, { row_groups }: FileMetaData, row: number): { start: number; end: number } {
  let start = 0;
  for (const { num_rows, total_byte_size } of row_groups) {
    const end = start + Number(num_rows);
    if (row < end) {
      if (total_byte_size <= largestDecoded) return { start, end };
      throw imageError(name, `${name} has a row group of more than 2 GB.`, 'Save it with smaller row groups.');
    }
    start = end;
  }
  throw new RangeError(`no row ${row} in ${name}`);
}

/** The values of a column, of all rows or of some. Bytes stay bytes unless the schema says that they are text. */
async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: string,
  rows: { rowStart?: number; rowEnd?: number } = {},
): Promise<unknown[]> {
  // They compile WebAssembly as soon as they are there, which not every browser has.
  const { compressors } = await import('hyparquet-compressors');
  const objects = await parquetReadObjects({ file, metadata, columns: [column], compressors, utf8: false, ...rows });
  return objects.map((object): unknown => object[column]);
}

const bufferOf = (source: ByteSource): AsyncBuffer => ({
  byteLength: source.size,
  slice(start, end = source.size) {
    const reading = source
      .read(start, end)
      .then(({ buffer, byteOffset, byteLength }) =>
        buffer.byteLength === byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength),
      );
    // The library begins some reads that it then never waits for; those that it does wait for fail there.
    reading.catch(() => {});
    return reading;
  },
});

async function orDamaged<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw imageError(
      name,
      `${name} cannot be read as parquet: it is damaged, or of a kind that the studio does not know${reasonOf(cause)}.`,
      'Download or copy the file again.',
    );
  }
}

/** What the library says, where it says something. */
function reasonOf(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : '';
  return reason === '' || reason.includes('undefined') ? '' : ` (${reason})`;
}
