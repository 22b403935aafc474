/** Reads a Python pickle as data. A pickle is a small program that may call any Python function by name; here it can call none. */
import { StudioError } from '../../errors.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import { fileError } from '../../tensors/file-error.ts';
import { runPickle } from './machine.ts';
import { Objects } from './objects.ts';
import { EndOfBytes } from './operands.ts';
import type { PickledStorage } from './values.ts';

/** The pickle of a model with thousands of tensors takes about 1 MB. */
export const largestPickle = 100_000_000;
const firstBytes = 2 ** 16;

/**
 * The object that the pickle describes: tensors, Maps for dictionaries, arrays for tuples, lists and sets, plain values, bags of
 * attributes for objects of other classes. Throws `StudioError` when it calls for anything else, and when it is cut off or damaged.
 */
export function unpickle(file: string, bytes: Uint8Array): unknown {
  try {
    return runPickle(bytes, 0, new Objects(file, bytes.length)).value;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

export interface Unpickled {
  value: unknown;
  /** The byte after the pickle. */
  end: number;
  /** The storages that it refers to, by key. */
  storages: ReadonlyMap<string, PickledStorage>;
}

/**
 * The object of the pickle that begins at byte `start` of a file. How long the pickle is only it itself tells, so more and more
 * of the file is read, up to `largestPickle`.
 */
export async function unpickleAt({ name, source }: NamedSource, start: number): Promise<Unpickled> {
  for (let length = firstBytes; ; length *= 8) {
    const window = Math.min(length, largestPickle, source.size - start);
    const bytes = await source.read(start, start + window);
    try {
      const objects = new Objects(name, bytes.length);
      const { value, end } = runPickle(bytes, 0, objects);
      return { value, end: start + end, storages: objects.storages };
    } catch (cause) {
      const more = cause instanceof EndOfBytes && length === window && window < largestPickle;
      if (!more) throw unreadable(name, cause);
    }
  }
}

function unreadable(file: string, cause: unknown): StudioError {
  if (cause instanceof StudioError) return cause;
  return fileError(file, `${file} is cut off or damaged: its pickle cannot be read to the end.`, undefined, cause);
}
