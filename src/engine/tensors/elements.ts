/**
 * Element types of checkpoint files and their conversion to and from 32-bit floats.
 * Files are little-endian, and so is every machine that runs a browser.
 */
export const elementTypes = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL'] as const;
export type ElementType = (typeof elementTypes)[number];

export const floatTypes = ['F64', 'F32', 'F16', 'BF16'] as const satisfies readonly ElementType[];
export type FloatType = (typeof floatTypes)[number];

/** Bytes of one element. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** The bytes themselves when they start at a multiple of `size` in their buffer, as typed arrays demand; else a copy that does. */
export function aligned(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

/** Decodes whole elements. F32 bytes that are aligned become a view and are not copied. */
export function decodeElements(type: ElementType, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = aligned(bytes, elementBytes[type]);
  const count = byteLength / elementBytes[type];
  switch (type) {
    case 'F64':
      return new Float32Array(new Float64Array(buffer, byteOffset, count));
    case 'F32':
      return new Float32Array(buffer, byteOffset, count);
    case 'F16':
      return decodeHalf(new Uint16Array(buffer, byteOffset, count));
    case 'BF16':
      return decodeBrain(new Uint16Array(buffer, byteOffset, count));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case 'I32':
      return new Float32Array(new Int32Array(buffer, byteOffset, count));
    case 'I16':
      return new Float32Array(new Int16Array(buffer, byteOffset, count));
    case 'I8':
      return new Float32Array(new Int8Array(buffer, byteOffset, count));
    case 'U8':
      return new Float32Array(new Uint8Array(buffer, byteOffset, count));
    case 'BOOL':
      return Float32Array.from(new Uint8Array(buffer, byteOffset, count), (byte) => (byte === 0 ? 0 : 1));
    default:
      return type satisfies never;
  }
}

/**
 * Encodes 32-bit floats; rounds to the nearest, ties to even. What is too large for the type becomes infinite.
 * For F32 the result is a view of `values`.
 */
export function encodeElements(type: FloatType, values: Float32Array): Uint8Array {
  switch (type) {
    case 'F64':
      return new Uint8Array(new Float64Array(values).buffer);
    case 'F32':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    case 'F16':
      return new Uint8Array(encodeHalf(bitsOf(values)).buffer);
    case 'BF16':
      return new Uint8Array(encodeBrain(bitsOf(values)).buffer);
    default:
      return type satisfies never;
  }
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

// ---- F16: 1 sign, 5 exponent (bias 15), 10 mantissa bits ----

let halves: Float32Array<ArrayBuffer> | null = null;

/** Looks each element up in a table of all 65536 halves (256 KB, made when first needed). */
function decodeHalf(bits: Uint16Array): Float32Array<ArrayBuffer> {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => halfToNumber(half));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i]!]!;
  return values;
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function encodeHalf(bits: Uint32Array): Uint16Array<ArrayBuffer> {
  const halfBits = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halfBits[i] = floatBitsToHalf(bits[i]!);
  return halfBits;
}

function floatBitsToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 2^16 and above
  // 2^-14 and above: move the exponent's bias from 127 to 15. A carry out of the mantissa raises the exponent, up to infinity.
  if (magnitude >= 0x38800000) return sign | shiftToEven(magnitude - (112 << 23), 13);
  if (magnitude < 0x33000000) return sign; // below 2^-25, half of the smallest subnormal
  // Subnormal: the mantissa with its hidden bit, counted in units of 2^-24.
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  return sign | shiftToEven(mantissa, 126 - (magnitude >>> 23));
}

// ---- BF16: the upper half of a 32-bit float ----

function decodeBrain(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i]! << 16;
  return new Float32Array(words.buffer);
}

function encodeBrain(bits: Uint32Array): Uint16Array<ArrayBuffer> {
  const brainBits = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) brainBits[i] = floatBitsToBrain(bits[i]!);
  return brainBits;
}

function floatBitsToBrain(bits: number): number {
  const notANumber = (bits & 0x7fffffff) > 0x7f800000;
  // Rounding could carry a NaN over into infinity: set its quiet bit instead.
  return notANumber ? (bits >>> 16) | 0x40 : shiftToEven(bits, 16);
}

/** `bits` divided by 2^shift, rounded to the nearest, ties to even. */
function shiftToEven(bits: number, shift: number): number {
  const quotient = bits >>> shift;
  const rest = (bits >>> 0) - quotient * 2 ** shift;
  const half = 2 ** (shift - 1);
  const up = rest > half || (rest === half && (quotient & 1) === 1);
  return up ? quotient + 1 : quotient;
}
