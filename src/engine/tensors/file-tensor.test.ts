import { describe, expect, test } from 'vitest';
import { StudioError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';
import { bytesSource } from './byte-source.ts';
import type { ElementType } from './elements.ts';
import { elementBytes } from './elements.ts';
import type { Placement } from './file-tensor.ts';
import { fileTensor } from './file-tensor.ts';

/** 0, 1, 2, … as little-endian numbers of the type. */
function counting(type: ElementType, count: number): Uint8Array<ArrayBuffer> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return new Uint8Array(numbersOf(type, numbers).buffer);
}

function numbersOf(type: ElementType, numbers: number[]): ArrayBufferView<ArrayBuffer> {
  switch (type) {
    case 'F64':
      return new Float64Array(numbers);
    case 'F32':
      return new Float32Array(numbers);
    case 'F16':
      return Uint16Array.from(numbers, (i) => (i === 0 ? 0 : halfOf(i)));
    case 'BF16':
      return Uint16Array.from(new Uint32Array(new Float32Array(numbers).buffer), (bits) => bits >>> 16);
    case 'I64':
      return BigInt64Array.from(numbers, BigInt);
    case 'I32':
      return new Int32Array(numbers);
    case 'I16':
      return new Int16Array(numbers);
    case 'I8':
      return new Int8Array(numbers);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(numbers);
    default:
      return type satisfies never;
  }
}

/** Bits of a small positive integer as a half: exponent and mantissa follow from its binary logarithm. */
function halfOf(integer: number): number {
  const exponent = Math.floor(Math.log2(integer));
  return ((exponent + 15) << 10) | ((integer / 2 ** exponent - 1) * 1024);
}

/** A source that keeps account of what is read from it. */
function watched(bytes: Uint8Array<ArrayBuffer>): { source: ByteSource; reads: [number, number][] } {
  const reads: [number, number][] = [];
  const source = bytesSource(bytes);
  const read = (start: number, end: number) => {
    reads.push([start, end]);
    return source.read(start, end);
  };
  return { source: { size: source.size, read }, reads };
}

function placed(change: Partial<Placement>): Placement {
  const source = bytesSource(counting('F32', 24));
  return { file: 'model.pt', name: 'weight', elementType: 'F32', shape: [2, 3], source, byteOffset: 0, ...change };
}

describe('contiguous', () => {
  test('reads its own bytes and no others, when asked and not before', async () => {
    const { source, reads } = watched(counting('F32', 24));
    const tensor = fileTensor(placed({ source, byteOffset: 8 }));
    expect(reads).toEqual([]);
    const { shape, values } = await tensor.read();
    expect(shape).toEqual([2, 3]);
    expect([...values]).toEqual([2, 3, 4, 5, 6, 7]);
    expect(reads).toEqual([[8, 32]]);
  });

  test('aligned F32 is not copied', async () => {
    const bytes = counting('F32', 24);
    const { values } = await fileTensor(placed({ source: bytesSource(bytes) })).read();
    expect(values.buffer).toBe(bytes.buffer);
  });

  test('a scalar has one element, an empty tensor none', async () => {
    expect([...(await fileTensor(placed({ shape: [], byteOffset: 20 })).read()).values]).toEqual([5]);
    expect([...(await fileTensor(placed({ shape: [0, 3], byteOffset: 96 })).read()).values]).toEqual([]);
  });

  test('gives its bytes undecoded', async () => {
    const bytes = counting('U8', 24);
    const tensor = fileTensor(placed({ source: bytesSource(bytes), elementType: 'U8', byteOffset: 3 }));
    expect([...(await tensor.readBytes())]).toEqual([3, 4, 5, 6, 7, 8]);
  });
});

describe('strided', () => {
  test.each(['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8'] as const)('%s', async (elementType) => {
    const source = bytesSource(counting(elementType, 24));
    const byteOffset = 2 * elementBytes[elementType];
    // [3, 2, 2] seen through every second row of [6, 4], transposed in the last two axes.
    const tensor = fileTensor(placed({ elementType, source, byteOffset, shape: [3, 2, 2], strides: [7, 1, 3] }));
    expect([...(await tensor.read()).values]).toEqual([2, 5, 3, 6, 9, 12, 10, 13, 16, 19, 17, 20]);
  });

  test('reads the span that it covers and no more', async () => {
    const { source, reads } = watched(counting('F32', 24));
    const transposed = fileTensor(placed({ source, byteOffset: 16, shape: [3, 2], strides: [1, 3] }));
    expect([...(await transposed.read()).values]).toEqual([4, 7, 5, 8, 6, 9]);
    expect(reads).toEqual([[16, 40]]);
  });

  test('stride 0 repeats', async () => {
    const tensor = fileTensor(placed({ byteOffset: 4, shape: [2, 3], strides: [0, 1] }));
    expect([...(await tensor.read()).values]).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('64-bit integers keep bits that would be a NaN', async () => {
    const integers = BigInt64Array.of(0x7ff8dead_beef0001n, 2n, -1n, 4n);
    const source = bytesSource(new Uint8Array(integers.buffer));
    const tensor = fileTensor(placed({ elementType: 'I64', source, shape: [2, 2], strides: [1, 2] }));
    const bytes = await tensor.readBytes();
    expect([...new BigInt64Array(bytes.buffer)]).toEqual([integers[0], -1n, 2n, 4n]);
  });
});

describe('refuses before it reads', () => {
  const refused: [string, Partial<Placement>, RegExp][] = [
    ['a negative length', { shape: [-2, 3] }, /shape/],
    ['a fraction', { shape: [1.5, 2] }, /shape/],
    ['more elements than memory holds', { shape: [2 ** 20, 2 ** 20], strides: [0, 0] }, /shape/],
    [
      'a few bytes repeated to gigabytes',
      { shape: [2 ** 15, 2 ** 14], strides: [0, 0] },
      /repeats 96 bytes to 536870912/,
    ],
    ['lengths past all numbers', { shape: [2 ** 40, 2 ** 40, 0], strides: [0, 0] }, /strides/],
    ['hundreds of axes', { shape: new Array<number>(400).fill(1) }, /shape/],
    ['a negative stride', { strides: [-3, 1] }, /strides/],
    ['a stride for some axes only', { strides: [1] }, /strides/],
    ['a negative place', { byteOffset: -4 }, /place/],
    ['one byte too many', { byteOffset: 73 }, /cut off.*"weight".*97.*96/],
    ['gigabytes that are not there', { shape: [2 ** 15, 2 ** 14], strides: [2 ** 14, 1] }, /cut off/],
    ['a span past the end', { shape: [2, 2], strides: [23, 1] }, /cut off/],
  ];
  test.each(refused)('%s', (_, change, message) => {
    const { source, reads } = watched(counting('F32', 24));
    const open = () => fileTensor(placed({ source, ...change }));
    expect(open).toThrow(StudioError);
    expect(open).toThrow(message);
    expect(open).toThrow(/model\.pt/);
    expect(reads).toEqual([]);
  });
});

test('memory that runs out names the tensor and the file', async () => {
  const full: ByteSource = { size: 96, read: () => Promise.reject(new RangeError('Array buffer allocation failed')) };
  const tensor = fileTensor(placed({ source: full }));
  await expect(tensor.read()).rejects.toThrow('The tensor "weight" of model.pt does not fit into memory.');
  await expect(tensor.readBytes()).rejects.toThrow(StudioError);
});
