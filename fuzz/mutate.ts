/** Changes to the bytes of a file, as fast-check draws and shrinks them. */
import fc from 'fast-check';

/** Counted from the start, from the end, or over the whole file; wraps around. */
interface Place {
  from: 'start' | 'end' | 'any';
  offset: number;
}

export type Edit =
  | { op: 'cut'; at: Place }
  | { op: 'flip'; at: Place; bit: number }
  | { op: 'set'; at: Place; bytes: Uint8Array }
  | { op: 'integer'; at: Place; width: 1 | 2 | 4 | 8; value: bigint; little: boolean }
  | { op: 'copy'; at: Place; to: Place; length: number }
  | { op: 'remove'; at: Place; length: number }
  | { op: 'insert'; at: Place; bytes: Uint8Array }
  | { op: 'number'; nth: number; text: string }
  | { op: 'word'; nth: number; text: string };

/** Headers and directories are at the ends of a file. */
const ends = 2048;
const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ from: fc.constant('start' as const), offset: fc.nat(ends) }) },
  { weight: 2, arbitrary: fc.record({ from: fc.constant('end' as const), offset: fc.nat(ends) }) },
  { weight: 1, arbitrary: fc.record({ from: fc.constant('any' as const), offset: fc.nat() }) },
);

/** Numbers at which sizes, signs and floats break. */
const telling = [
  0n,
  1n,
  -1n,
  127n,
  255n,
  2n ** 15n,
  2n ** 16n - 1n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  10n ** 11n,
];
const numbers = [
  '-1',
  '0',
  '1',
  '1e999',
  '1.5',
  '4294967295',
  '9007199254740993',
  '100000000000',
  '99999999999999999999',
  'null',
  'NaN',
  '"1"',
  '[]',
  '{}',
  'true',
];
export const oddWords = [
  '',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '/',
  '\u0000',
  '\n',
  '\ud83d\ude00',
  '\u202eabc',
  '\ufeff',
  '<img src=x onerror=alert(1)>',
  'a'.repeat(10_000),
  'os\nsystem',
  '%s%n',
  "'; --",
  'NaN',
  '*',
];

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ op: fc.constant('cut' as const), at: place }),
  fc.record({ op: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({ op: fc.constant('set' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }) }),
  fc.record({
    op: fc.constant('integer' as const),
    at: place,
    width: fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const),
    value: fc.oneof(fc.constantFrom(...telling), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    little: fc.boolean(),
  }),
  fc.record({ op: fc.constant('copy' as const), at: place, to: place, length: fc.nat(256) }),
  fc.record({ op: fc.constant('remove' as const), at: place, length: fc.integer({ min: 1, max: 64 }) }),
  fc.record({ op: fc.constant('insert' as const), at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
  fc.record({ op: fc.constant('number' as const), nth: fc.nat(400), text: fc.constantFrom(...numbers) }),
  fc.record({ op: fc.constant('word' as const), nth: fc.nat(400), text: fc.constantFrom(...oddWords) }),
);

/** The file after the edits, one after the other. */
export const edited = (file: Uint8Array, edits: readonly Edit[]): Uint8Array<ArrayBuffer> =>
  edits.reduce<Uint8Array<ArrayBuffer>>(apply, file.slice());

function indexOf({ from, offset }: Place, size: number): number {
  if (size === 0) return 0;
  const inside = offset % size;
  return from === 'end' ? size - 1 - inside : inside;
}

function apply(file: Uint8Array<ArrayBuffer>, change: Edit): Uint8Array<ArrayBuffer> {
  if (change.op === 'number') return replaced(file, /-?\d+(\.\d+)?/g, change.nth, change.text);
  if (change.op === 'word') return replaced(file, /"[^"\\]{0,200}"/g, change.nth, JSON.stringify(change.text));
  const at = indexOf(change.at, file.length);
  switch (change.op) {
    case 'cut':
      return file.slice(0, at);
    case 'flip':
      return withBytes(file, at, Uint8Array.of((file[at] ?? 0) ^ (1 << change.bit)));
    case 'set':
      return withBytes(file, at, change.bytes);
    case 'integer':
      return withBytes(file, at, integerBytes(change));
    case 'copy':
      return withBytes(file, indexOf(change.to, file.length), file.slice(at, at + change.length));
    case 'remove':
      return spliced(file, at, change.length, new Uint8Array());
    case 'insert':
      return spliced(file, at, 0, change.bytes);
    default:
      throw change satisfies never;
  }
}

function withBytes(file: Uint8Array<ArrayBuffer>, at: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  file.set(bytes.subarray(0, Math.max(0, file.length - at)), at);
  return file;
}

function spliced(file: Uint8Array, at: number, remove: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const rest = file.subarray(Math.min(at + remove, file.length));
  const result = new Uint8Array(at + bytes.length + rest.length);
  result.set(file.subarray(0, at));
  result.set(bytes, at);
  result.set(rest, at + bytes.length);
  return result;
}

function integerBytes({ width, value, little }: Extract<Edit, { op: 'integer' }>): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, value, little);
  const bytes = new Uint8Array(view.buffer);
  return little ? bytes.subarray(0, width) : bytes.subarray(8 - width);
}

/** The nth match, or the one it wraps around to, replaced; texts are read byte by byte, so that binary parts stay. */
function replaced(file: Uint8Array<ArrayBuffer>, pattern: RegExp, nth: number, text: string): Uint8Array<ArrayBuffer> {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 2 ** 16)).toString('latin1');
  const matches = [...start.matchAll(pattern)];
  const match = matches[nth % Math.max(1, matches.length)];
  if (!match) return file;
  return spliced(file, match.index, match[0].length, new TextEncoder().encode(text));
}
