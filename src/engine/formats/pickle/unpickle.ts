/** Reads a Python pickle as data. A pickle is a small program that may call any Python function by name; here it can call none. */
import { Parser } from 'pickleparser';
import { StudioError } from '../../errors.ts';
import { fileError } from '../../tensors/file-error.ts';
import { resolveName, storageOf } from './torch-names.ts';

/**
 * The object that the pickle describes: tensors, Maps for dictionaries, arrays for tuples, lists and sets, and plain values.
 * Throws `StudioError` when it names anything else, and when it is cut off or damaged.
 */
export function unpickle(file: string, bytes: Uint8Array): unknown {
  const parser = new Parser({
    nameResolver: { resolve: (module: unknown, name: unknown) => resolveName(file, module, name) },
    persistentResolver: { resolve: (id: unknown) => storageOf(id) },
    // As plain objects, a dictionary with the key "__proto__" would reach into the prototype.
    unpicklingTypeOfDictionary: 'Map',
  });
  try {
    return parser.parse<unknown>(bytes);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw fileError(file, `${file} is cut off or damaged: its pickle cannot be read to the end.`, undefined, cause);
  }
}
