/** Writes pickles of protocol 2: each function returns the instructions that leave its value on the stack (Python's pickletools.py). */
import type { Bytes } from './output.ts';

export type Code = Bytes;

/** A whole pickle of the value that `code` leaves. */
export const pickled = (code: Code): Bytes => join(Uint8Array.of(0x80, 2), code, ascii('.'));

export function text(value: string): Code {
  const bytes = new TextEncoder().encode(value);
  return join(ascii('X'), littleEndian(bytes.length, 4), bytes);
}

/** A whole number; in 8 bytes where 4 do not do. */
export function integer(value: number): Code {
  const small = Math.abs(value) < 2 ** 31;
  return small ? join(ascii('J'), littleEndian(value, 4)) : join(Uint8Array.of(0x8a, 8), littleEndian(value, 8));
}

export const no: Code = Uint8Array.of(0x89);

export const tuple = (...items: Code[]): Code => join(ascii('('), ...items, ascii('t'));

/** A class or function by its name. */
export const named = (module: string, name: string): Code => ascii(`c${module}\n${name}\n`);

export const called = (callable: Code, ...args: Code[]): Code => join(callable, tuple(...args), ascii('R'));

/** What an id stands for that the reader of the pickle resolves. */
export const persistent = (id: Code): Code => join(id, ascii('Q'));

/** `dictionary` with these items set. */
export const withItems = (dictionary: Code, items: readonly (readonly [key: Code, value: Code])[]): Code =>
  join(dictionary, ascii('('), ...items.flat(), ascii('u'));

const ascii = (characters: string): Bytes => new TextEncoder().encode(characters);

function littleEndian(value: number, length: 4 | 8): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes.slice(0, length);
}

function join(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    all.set(part, position);
    position += part.length;
  }
  return all;
}
