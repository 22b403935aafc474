/** JSON files that stand for a checkpoint and name the files with its weights. */
import type { NamedSource } from '../tensors/byte-source.ts';
import { fileError } from '../tensors/file-error.ts';
import type { Beside, OpenedFile } from './format.ts';

/** The index of a model with a million tensors is about as long. */
const longest = 100_000_000;

/** Whether the file begins as a JSON object does and one of these words stands between quotes in its first bytes. */
export function isJsonWith({ head }: OpenedFile, words: readonly string[]): boolean {
  const start = new TextDecoder().decode(head);
  return /^\s*\{/.test(start) && words.some((word) => start.includes(`"${word}"`));
}

/** The members of the file's JSON object. Throws `StudioError` when it holds anything else. */
export async function readJson({ name, source }: NamedSource): Promise<ReadonlyMap<string, unknown>> {
  if (source.size > longest) throw fileError(name, `${name} has ${source.size} bytes, too many for a JSON file.`);
  const bytes = await source.read(0, source.size);
  try {
    return membersOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw fileError(name, `${name} is cut off or damaged: it is no JSON object.`, undefined, cause);
  }
}

/** Throws a TypeError when `value` is no object. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
  throw new TypeError('no object');
}

/**
 * The files that `file` names and that lie beside it, in the order of `paths`; folders before their names do not matter.
 * Throws `StudioError` with every name that is missing.
 */
export function partsBeside(file: string, paths: readonly string[], beside: Beside): NamedSource[] {
  const names = [...new Set(paths.map((path) => path.slice(path.lastIndexOf('/') + 1)))];
  const missing = names.filter((name) => !beside.has(name));
  if (missing.length > 0) {
    throw fileError(
      file,
      `${file} is only a part of its checkpoint: ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`,
      'Add these files together with it.',
    );
  }
  return names.map((name) => ({ name, source: beside.get(name)!.source }));
}
