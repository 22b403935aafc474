/** Reads safetensors files. Shares nothing with src, so that what the studio writes is read by somebody else. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Tensor {
  shape: number[];
  values: Float64Array;
}

export interface SafetensorsFile {
  metadata: Record<string, string>;
  /** "F32", "F16", "BF16", "F64" of each tensor. */
  types: Map<string, string>;
  tensors: Map<string, Tensor>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const decoders: Record<string, { bytes: number; read(view: DataView, at: number): number }> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => bfloatToNumber(view.getUint16(at, true)) },
};

/** Throws when the file is not exactly a header and the bytes of its tensors, one after another without holes. */
export function readSafetensors(path: string): SafetensorsFile {
  const bytes = readFileSync(path);
  const headerSize = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerSize));
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, Entry> & {
    __metadata__?: Record<string, string>;
  };
  const data = new DataView(bytes.buffer, bytes.byteOffset + 8 + headerSize, bytes.length - 8 - headerSize);
  const named = Object.entries(entries);
  checkLayout(named, data.byteLength);
  return {
    metadata,
    types: new Map(named.map(([name, { dtype }]) => [name, dtype])),
    tensors: new Map(named.map(([name, entry]) => [name, { shape: entry.shape, values: decode(name, entry, data) }])),
  };
}

function checkLayout(entries: [string, Entry][], size: number): void {
  let end = 0;
  for (const [name, { data_offsets: offsets }] of entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    if (offsets[0] !== end) throw new Error(`${name} starts at ${offsets[0]}, the tensor before it ends at ${end}`);
    end = offsets[1];
  }
  if (end !== size) throw new Error(`the tensors end at ${end}, the file at ${size}`);
}

function decode(name: string, { dtype, shape, data_offsets: [start, end] }: Entry, data: DataView): Float64Array {
  const decoder = decoders[dtype];
  if (!decoder) throw new Error(`${name} is of type ${dtype}`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (end - start !== count * decoder.bytes) throw new Error(`${name} has ${end - start} bytes for ${count} numbers`);
  return Float64Array.from({ length: count }, (_, index) => decoder.read(data, start + index * decoder.bytes));
}

/** IEEE 754 half: 1 bit sign, 5 bits exponent, 10 bits fraction. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 0) return sign * fraction * 2 ** -14;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The upper half of a 32-bit float. */
function bfloatToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

/** Writes tensors as 32-bit floats. */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, Tensor>): void {
  const header: Record<string, Entry> = {};
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + 4 * values.length] };
    end += 4 * values.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  const data = [...tensors.values()].map(({ values }) => Buffer.from(Float32Array.from(values).buffer));
  writeFileSync(path, Buffer.concat([size, text, ...data]));
}
