import { describe, expect, test } from 'vitest';
import type { ElementType } from './elements.ts';
import { decodeElements, elementBytes, elementTypes, encodeElements } from './elements.ts';

const bytesOf = (array: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The same bytes at an odd address. */
function shifted(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes, 1);
  return longer.subarray(1);
}

const samples: Record<ElementType, { bytes: Uint8Array<ArrayBuffer>; values: number[] }> = {
  F64: { bytes: bytesOf(new Float64Array([1.5, -0.1, 1e300])), values: [1.5, Math.fround(-0.1), Infinity] },
  F32: { bytes: bytesOf(new Float32Array([1.5, -2.25, 3e-40])), values: [1.5, -2.25, Math.fround(3e-40)] },
  F16: { bytes: bytesOf(new Uint16Array([0x3e00, 0xc080, 0x0001, 0x7bff])), values: [1.5, -2.25, 2 ** -24, 65504] },
  BF16: { bytes: bytesOf(new Uint16Array([0x3fc0, 0xc010, 0x7f80])), values: [1.5, -2.25, Infinity] },
  I64: { bytes: bytesOf(new BigInt64Array([5n, -7n, 2n ** 40n])), values: [5, -7, 2 ** 40] },
  I32: { bytes: bytesOf(new Int32Array([5, -70000])), values: [5, -70000] },
  I16: { bytes: bytesOf(new Int16Array([5, -700])), values: [5, -700] },
  I8: { bytes: bytesOf(new Int8Array([5, -7])), values: [5, -7] },
  U8: { bytes: new Uint8Array([5, 255]), values: [5, 255] },
  BOOL: { bytes: new Uint8Array([0, 1, 2]), values: [0, 1, 1] },
};

describe.each(elementTypes)('%s', (type) => {
  const { bytes, values } = samples[type];

  test('decodes, wherever its bytes lie', () => {
    expect([...decodeElements(type, bytes)]).toEqual(values);
    expect([...decodeElements(type, shifted(bytes))]).toEqual(values);
  });

  test('has as many bytes as its typed array', () => {
    expect(bytes.length).toBe(values.length * elementBytes[type]);
  });
});

test('aligned F32 is decoded without a copy', () => {
  const bytes = new Uint8Array(16).subarray(4, 12);
  expect(decodeElements('F32', bytes).buffer).toBe(bytes.buffer);
  expect(decodeElements('F32', bytes.subarray(1, 5)).buffer).not.toBe(bytes.buffer);
});

const allBits = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

test.each(['F16', 'BF16'] as const)('every %s number survives decoding and encoding bit by bit', (type) => {
  const values = decodeElements(type, bytesOf(allBits));
  const encoded = encodeElements(type, values);
  const bits = new Uint16Array(encoded.buffer, encoded.byteOffset, encoded.length / 2);
  for (const [i, value] of values.entries()) {
    if (Number.isNaN(value)) expect(decodeElements(type, bytesOf(Uint16Array.of(bits[i]!)))[0]).toBeNaN();
    else if (bits[i] !== i) expect.fail(`${value} is ${i} and became ${bits[i]}`);
  }
});

/** Numbers of all magnitudes that matter to a half, ties and their neighbours among them. */
function hardNumbers(type: 'F16' | 'BF16'): Float32Array<ArrayBuffer> {
  const exact = decodeElements(type, bytesOf(allBits.subarray(0, type === 'F16' ? 0x7c00 : 0x7f80)));
  const numbers: number[] = [];
  for (let i = 0; i + 1 < exact.length; i += 7) {
    const tie = (exact[i]! + exact[i + 1]!) / 2;
    numbers.push(tie, tie * (1 + 2 ** -20), tie * (1 - 2 ** -20), -tie);
  }
  return Float32Array.from(numbers);
}

/** Nearest, ties to even, by search: of two neighbours with equal distance the one whose last bit is 0. */
function nearestBits(value: number, exact: Float32Array): number {
  const magnitude = Math.abs(value);
  let [low, high] = [0, exact.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (exact[middle]! <= magnitude) low = middle;
    else high = middle;
  }
  const [below, above] = [magnitude - exact[low]!, exact[high]! - magnitude];
  const nearest = below < above || (below === above && low % 2 === 0) ? low : high;
  return nearest + (value < 0 ? 0x8000 : 0);
}

test.each(['F16', 'BF16'] as const)('%s rounds to the nearest number, ties to even', (type) => {
  const exact = decodeElements(type, bytesOf(allBits.subarray(0, type === 'F16' ? 0x7c00 : 0x7f80)));
  const values = hardNumbers(type);
  const encoded = encodeElements(type, values);
  const bits = new Uint16Array(encoded.buffer, encoded.byteOffset, values.length);
  expect(values.length).toBeGreaterThan(10_000);
  for (const [i, value] of values.entries()) {
    const expected = nearestBits(value, exact);
    if (bits[i] !== expected) expect.fail(`${value} became ${bits[i]}, nearest is ${expected}`);
  }
});

test('what is too large for F16 becomes infinite, the largest that is not stays finite', () => {
  const encoded = encodeElements('F16', new Float32Array([65519, 65520, -1e30, Infinity, NaN]));
  const bits = new Uint16Array(encoded.buffer, encoded.byteOffset, 5);
  expect([...bits.subarray(0, 4)]).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  expect(bits[4]! & 0x7c00).toBe(0x7c00);
  expect(bits[4]! & 0x03ff).not.toBe(0);
});

test('a BF16 NaN whose mantissa lies in the lower half stays a NaN', () => {
  const values = new Float32Array(Uint32Array.of(0x7f800001).buffer);
  expect(decodeElements('BF16', new Uint8Array(encodeElements('BF16', values)))[0]).toBeNaN();
});

test('F64 and F32 are exact', () => {
  const values = new Float32Array([0.1, -3e38, 1e-45, 0]);
  for (const type of ['F64', 'F32'] as const) {
    expect(decodeElements(type, new Uint8Array(encodeElements(type, values)))).toEqual(values);
  }
});
