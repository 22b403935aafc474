/** Helpers of the tests of image files: images of the demo, and the files that they would come in. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { StudioError } from '../../errors.ts';
import { readNpz } from '../../formats/npz.ts';
import { joined, littleEndian, zipped } from '../../formats/testing.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import { blobSource, bytesSource } from '../../tensors/byte-source.ts';
import { readFixture } from '../../testing/node.ts';
import { selectImages } from '../image-file.ts';
import type { ImageSet } from '../images.ts';
import type { DecodedImage, DecodeImage } from './image-reader.ts';
import { readImageFile } from './npz.ts';

export const named = (name: string, bytes: Uint8Array): NamedSource => ({
  name,
  source: bytesSource(new Uint8Array(bytes)),
});

export async function archive(name: string, entries: Record<string, Uint8Array>): Promise<NamedSource> {
  return { name, source: blobSource(await zipped(name, entries, { deflate: true })) };
}

/** The first training and test images of the demo. */
export async function demoImages(train: number, test: number): Promise<{ train: ImageSet; test: ImageSet }> {
  const file = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
  if (!file) throw new Error('the demo has no images');
  return { train: selectImages(file.train, range(train)), test: selectImages(file.test, range(test)) };
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** The pixels of one image. */
export function pixelsOf({ shape, pixels }: ImageSet, row: number): Uint8Array {
  const size = shape[0] * shape[1] * shape[2];
  return Uint8Array.from(pixels.subarray(row * size, (row + 1) * size));
}

/** The same images with the same labels in the same order. */
export function expectSameImages(actual: ImageSet, expected: ImageSet): void {
  expect([actual.count, actual.shape, actual.labels]).toEqual([expected.count, expected.shape, expected.labels]);
  expect(actual.pixels.constructor).toBe(expected.pixels.constructor);
  expect(
    Buffer.from(actual.pixels.buffer, actual.pixels.byteOffset, actual.pixels.byteLength).equals(
      Buffer.from(expected.pixels.buffer, expected.pixels.byteOffset, expected.pixels.byteLength),
    ),
  ).toBe(true);
}

/** The error about images that `work` ends in. */
export async function imageErrorOf(work: Promise<unknown>): Promise<StudioError> {
  const outcome = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(StudioError);
  const error = outcome as StudioError;
  expect([error.kind, error.advice.length > 0]).toEqual(['images', true]);
  return error;
}

/** What `CompressionStream` makes of bytes. */
export async function gzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const bigEndian = (value: number) => littleEndian(value, 4).reverse();

/** An IDX file of unsigned bytes. */
export const idx = (shape: readonly number[], bytes: ArrayLike<number>): Uint8Array =>
  joined(0, 0, 8, shape.length, ...shape.map(bigEndian), Uint8Array.from(bytes));

export const idxImages = ({ count, shape, pixels }: ImageSet) => idx([count, shape[0], shape[1]], pixels);
export const idxLabels = ({ count, labels }: ImageSet) => idx([count], labels);

/** A NumPy array, as `numpy.save` writes it; `type` as in "|u1". */
export function npy(type: string, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const axes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${axes}, }`.padEnd(117);
  return joined(0x93, 'NUMPY', 1, 0, littleEndian(header.length + 1, 2), header, '\n', bytes);
}

/** An uncompressed 24-bit BMP: blue, green and red of each pixel, the lowest row first, rows padded to 4 bytes. */
export function bmp([height, width, channels]: ImageSet['shape'], pixels: Uint8Array): Uint8Array {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const data = new Uint8Array(stride * height);
  for (let place = 0; place < height * width; place++) {
    const at = (height - 1 - Math.floor(place / width)) * stride + (place % width) * 3;
    for (let colour = 0; colour < 3; colour++)
      data[at + 2 - colour] = pixels[place * channels + Math.min(colour, channels - 1)]!;
  }
  const sizes = [54 + data.length, 0, 54, 40, width, height].map((value) => littleEndian(value, 4));
  return joined('BM', ...sizes, 1, 0, 24, 0, new Uint8Array(24), data);
}

export const bmpOf = (images: ImageSet, row: number): Uint8Array => bmp(images.shape, pixelsOf(images, row));

/** Decodes such a BMP; grey images have one channel. Rejects for everything else. */
export const decodeBmp: DecodeImage = async (bytes, type): Promise<DecodedImage> => {
  if (type !== 'image/bmp' || bytes[0] !== 0x42) throw new Error(`not an image (${type})`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  const stride = Math.ceil((width * 3) / 4) * 4;
  if (bytes.length < 54 + stride * height) throw new Error('the image is cut off');
  const colour = new Uint8Array(height * width * 3);
  for (let at = 0; at < colour.length; at++) {
    const [place, channel] = [Math.floor(at / 3), at % 3];
    colour[at] = bytes[54 + (height - 1 - Math.floor(place / width)) * stride + (place % width) * 3 + 2 - channel]!;
  }
  const grey = colour.every((value, at) => value === colour[at - (at % 3)]);
  if (!grey) return { height, width, channels: 3, pixels: colour };
  return { height, width, channels: 1, pixels: colour.filter((_, at) => at % 3 === 0) };
};

/** For files that hold no compressed images. */
export const noDecoder: DecodeImage = () => Promise.reject(new Error('nothing is to be decoded here'));

interface Row {
  bytes: Uint8Array;
  path: string;
  label: number | string;
}

/**
 * A parquet file as the `datasets` library writes it, in small: columns `image` {bytes, path} and `label`, one row group for each list of
 * rows, plain encoding; labels are packed with gzip. `metadata` goes under the key "huggingface".
 */
export function parquet(groups: readonly (readonly Row[])[], metadata: unknown, labelColumn = 'label'): Uint8Array {
  const parts: Uint8Array[] = [joined('PAR1')];
  const position = () => parts.reduce((sum, part) => sum + part.length, 0);
  const text = typeof groups[0]?.[0]?.label === 'string';
  const chunk = (path: string[], type: number, depth: number, codec: number, count: number, values: Uint8Array[]) => {
    // Levels: one run of `count` values that are there.
    const levels = joined(...varint(count * 2), depth);
    const plain = joined(littleEndian(levels.length, 4), levels, ...values);
    const packed = codec === gzipCodec ? new Uint8Array(gzipSync(plain)) : plain;
    const page = { 1: 0, 2: plain.length, 3: packed.length, 5: { 1: count, 2: 0, 3: 3, 4: 3 } };
    const at = BigInt(position());
    parts.push(thrift(page), packed);
    const size = BigInt(position()) - at;
    return { 2: at, 3: { 1: type, 2: [0, 3], 3: path, 4: codec, 5: BigInt(count), 6: size, 7: size, 9: at } };
  };
  const byteArray = (value: Uint8Array | string) => joined(littleEndian(value.length, 4), value);
  const rowGroups = groups.map((rows) => {
    const columns = [
      chunk(
        ['image', 'bytes'],
        6,
        2,
        0,
        rows.length,
        rows.map(({ bytes }) => byteArray(bytes)),
      ),
      chunk(
        ['image', 'path'],
        6,
        2,
        0,
        rows.length,
        rows.map(({ path }) => byteArray(path)),
      ),
      chunk(
        [labelColumn],
        text ? 6 : 2,
        1,
        gzipCodec,
        rows.length,
        rows.map(({ label }) => (typeof label === 'string' ? byteArray(label) : bigInteger(label))),
      ),
    ];
    return { 1: columns, 2: columns.reduce((sum, column) => sum + column[3][6], 0n), 3: BigInt(rows.length) };
  });
  const schema = [
    { 4: 'schema', 5: 2 },
    { 3: 1, 4: 'image', 5: 2 },
    { 1: 6, 3: 1, 4: 'bytes' },
    { 1: 6, 3: 1, 4: 'path', 6: 0 },
    text ? { 1: 6, 3: 1, 4: labelColumn, 6: 0 } : { 1: 2, 3: 1, 4: labelColumn },
  ];
  const count = BigInt(groups.flat().length);
  const keyValues = [{ 1: 'huggingface', 2: JSON.stringify(metadata) }];
  const footer = thrift({ 1: 1, 2: schema, 3: count, 4: rowGroups, 5: keyValues });
  return joined(...parts, footer, littleEndian(footer.length, 4), 'PAR1');
}

const gzipCodec = 2;

function bigInteger(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}

/** Thrift's compact protocol: numbers are i32, bigints i64, objects structs by field number. */
type Thrift = number | bigint | string | Thrift[] | { [field: number]: Thrift | undefined };

function thrift(value: Thrift): Uint8Array {
  if (typeof value === 'number' || typeof value === 'bigint') return Uint8Array.from(varint(Number(value) * 2));
  if (typeof value === 'string') return joined(...varint(value.length), value);
  if (Array.isArray(value)) return joined((value.length << 4) | thriftType(value[0]), ...value.map(thrift));
  let last = 0;
  const fields = Object.entries(value).map(([key, field = 0]) => {
    const head = ((Number(key) - last) << 4) | thriftType(field);
    last = Number(key);
    return joined(head, thrift(field));
  });
  return joined(...fields, 0);
}

function thriftType(value: Thrift | undefined): number {
  if (typeof value === 'number') return 5;
  if (typeof value === 'bigint') return 6;
  if (typeof value === 'string') return 8;
  return Array.isArray(value) ? 9 : 12;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
