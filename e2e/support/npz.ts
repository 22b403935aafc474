/** Reads NumPy's npz files. Shares nothing with src. */
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import type { Tensor } from './safetensors.ts';

const decoders: Record<string, { bytes: number; read(bytes: Buffer, at: number): number }> = {
  '|u1': { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  '<i4': { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  '<i8': { bytes: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  '<f4': { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  '<f8': { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};

/** The arrays of these names (without ".npy"), or all. */
export function readNpz(path: string, names?: string[]): Map<string, Tensor> {
  const arrays = new Map<string, Tensor>();
  for (const [entry, bytes] of unzip(readFileSync(path))) {
    const name = entry.replace(/\.npy$/, '');
    if (names?.includes(name) ?? true) arrays.set(name, readNpy(bytes));
  }
  return arrays;
}

/** The central directory lies before a record of 22 bytes that ends the file. Enough for NumPy's files below 4 GB. */
function* unzip(file: Buffer): Iterable<[string, Buffer]> {
  const end = file.lastIndexOf('PK\u0005\u0006');
  let at = file.readUInt32LE(end + 16);
  for (let entries = file.readUInt16LE(end + 10); entries > 0; entries--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    const name = file.toString('utf8', at + 46, at + 46 + nameLength!);
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(start, start + file.readUInt32LE(at + 20));
    const stored = file.readUInt16LE(at + 10) === 0;
    yield [name, stored ? packed : inflateRawSync(packed)];
    at += 46 + nameLength! + extraLength! + commentLength!;
  }
}

/** Magic, version 1, and a Python literal: `{'descr': '|u1', 'fortran_order': False, 'shape': (1000, 28, 28), }`. */
function readNpy(bytes: Buffer): Tensor {
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const [, type = ''] = header.match(/'descr': '([^']+)'/) ?? [];
  const [, sizes = ''] = header.match(/'shape': \(([^)]*)\)/) ?? [];
  const decoder = decoders[type];
  if (!decoder || !header.includes("'fortran_order': False")) throw new Error(`an array like ${header} is not read`);
  const shape = sizes
    .split(',')
    .filter((size) => size.trim())
    .map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    shape,
    values: Float64Array.from({ length: count }, (_, i) => decoder.read(bytes, start + i * decoder.bytes)),
  };
}
