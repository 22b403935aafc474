/** Small files of each kind, made here: an input then takes a millisecond, and most of a file is header. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { npzFile } from '../src/engine/formats/write/npz.ts';
import type { NamedWeights, OutputFile } from '../src/engine/formats/write/output.ts';
import { wholeFile } from '../src/engine/formats/write/output.ts';
import { pytorchFile } from '../src/engine/formats/write/pytorch.ts';
import { writeSafetensors } from '../src/engine/formats/write/safetensors.ts';
import { zipFile } from '../src/engine/formats/write/zip.ts';
import type { Weight } from '../src/engine/tensors/host-tensor.ts';
import type { NamedBytes } from './drop.ts';

export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const json = (value: unknown): Uint8Array<ArrayBuffer> => utf8(JSON.stringify(value));

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function integer(value: number | bigint, width: number, little = true): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: width }, (_, place) =>
    Number((BigInt.asUintN(64, BigInt(value)) >> BigInt(8 * place)) & 255n),
  );
  return little ? bytes : bytes.reverse();
}

const weight = (...shape: number[]): Weight => {
  const size = shape.reduce((all, length) => all * length, 1);
  return { shape, values: Float32Array.from({ length: size }, (_, place) => Math.sin(place)) };
};

/** An MLP of 16 inputs, one hidden layer of 6 and 3 classes. */
const mlp: NamedWeights = [
  ['0.weight', weight(6, 16)],
  ['0.bias', weight(6)],
  ['2.weight', weight(3, 6)],
  ['2.bias', weight(3)],
];

const bytesOf = (name: string, file: OutputFile): NamedBytes => ({ name, bytes: wholeFile(file) });

export const mlpSafetensors: NamedBytes = {
  name: 'mlp.safetensors',
  bytes: writeSafetensors(mlp, { elementType: 'F32', metadata: { made: 'here' } }),
};
export const mlpPytorch = bytesOf('mlp.pt', pytorchFile('mlp.pt', mlp, 'F32'));
export const mlpNpz = bytesOf('mlp.npz', npzFile('mlp.npz', mlp, 'F32'));

/** `type` as in "|u1". */
export function npy(type: string, shape: readonly number[], bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const axes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${axes}, }`.padEnd(117);
  return joined(
    Uint8Array.of(0x93),
    utf8('NUMPY'),
    Uint8Array.of(1, 0),
    integer(header.length + 1, 2),
    utf8(`${header}\n`),
    bytes,
  );
}

const pixels = Uint8Array.from({ length: 6 * 16 }, (_, place) => (place * 37) % 256);
const labels = Uint8Array.of(0, 1, 2, 0, 1, 2);

export const imagesNpz = stored('images.npz', {
  'x_train.npy': npy('|u1', [6, 4, 4], pixels),
  'y_train.npy': npy('|u1', [6], labels),
  'x_test.npy': npy('|u1', [6, 4, 4], pixels),
  'y_test.npy': npy('|u1', [6], labels),
});

export const idxPair: NamedBytes[] = [
  {
    name: 'train-images-idx3-ubyte',
    bytes: joined(Uint8Array.of(0, 0, 8, 3), ...[6, 4, 4].map((size) => integer(size, 4, false)), pixels),
  },
  { name: 'train-labels-idx1-ubyte', bytes: joined(Uint8Array.of(0, 0, 8, 1), integer(6, 4, false), labels) },
];

export const cifar: NamedBytes = {
  name: 'data_batch_1.bin',
  bytes: joined(...[0, 1, 2].map((label) => joined(Uint8Array.of(label), new Uint8Array(3072).fill(40 * label)))),
};

export const csv: NamedBytes = {
  name: 'digits.csv',
  bytes: utf8(
    `label,${Array.from({ length: 16 }, (_, place) => `pixel${place}`).join()}\n${Array.from({ length: 6 }, (_, row) => [labels[row], ...pixels.slice(16 * row, 16 * row + 16)].join()).join('\n')}\n`,
  ),
};

/** A zip archive whose entries are not packed. */
export function stored(name: string, entries: Record<string, Uint8Array<ArrayBuffer>>): NamedBytes {
  const all = Object.entries(entries).map(([path, bytes]) => ({
    path,
    content: { bytes: bytes.length, chunks: () => [bytes] },
  }));
  return bytesOf(name, zipFile(name, all));
}

/** What a record of a zip archive may say other than what is true. */
export interface Entry {
  path: string;
  bytes: Uint8Array;
  method?: number;
  size?: number;
  packed?: number;
  crc?: number;
  offset?: number;
  flags?: number;
}

/** A zip archive made by hand, which may lie. */
export function handmadeZip(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const records: Uint8Array[] = [];
  let at = 0;
  for (const { path, bytes, method = 0, size = bytes.length, packed, crc = 0, offset = at, flags = 0 } of entries) {
    const name = utf8(path);
    const data = method === 8 ? deflateRawSync(bytes) : bytes;
    const same = [
      integer(flags, 2),
      integer(method, 2),
      integer(0, 4),
      integer(crc, 4),
      integer(packed ?? data.length, 4),
      integer(size, 4),
      integer(name.length, 2),
    ];
    const local = joined(utf8('PK'), Uint8Array.of(3, 4), integer(20, 2), ...same, integer(0, 2), name, data);
    records.push(
      joined(
        utf8('PK'),
        Uint8Array.of(1, 2),
        integer(20, 2),
        integer(20, 2),
        ...same,
        integer(0, 12),
        integer(offset, 4),
        name,
      ),
    );
    parts.push(local);
    at += local.length;
  }
  const directory = joined(...records);
  const end = joined(
    utf8('PK'),
    Uint8Array.of(5, 6),
    integer(0, 4),
    integer(entries.length, 2),
    integer(entries.length, 2),
    integer(directory.length, 4),
    integer(at, 4),
    integer(0, 2),
  );
  return joined(...parts, directory, end);
}

export const gzip = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(bytes));
