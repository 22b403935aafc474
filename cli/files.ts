/** Finds the files that a recipe names. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { filesOf } from '../src/studio/recipe/files-of.ts';
import { UsageError } from './errors.ts';
import type { GivenRecipe } from './recipe.ts';

/** A file to be handed in: where it is, and what it is called, with the folder that it is handed in with. */
export interface HandedFile {
  path: string;
  name: string;
}

/**
 * What the browser gets: everything of `given` (files, whole folders, "name=path"), and what the recipe names beside those, from its own
 * folder. Throws `UsageError` for what is missing.
 */
export function findFiles({ recipe, folders, files }: GivenRecipe, given: readonly string[]): HandedFile[] {
  const handed = given.flatMap(handedBy);
  const known = new Set(handed.flatMap(({ name }) => [basename(name), name.split('/')[0] ?? name]));
  const missing: string[] = [];
  for (const { name } of filesOf(recipe)) {
    if (known.has(name)) continue;
    const candidates = [
      ...files.filter((path) => basename(path) === name),
      ...folders.map((folder) => join(folder, name)),
    ];
    const path = candidates.find(isFile);
    if (path) handed.push({ path, name });
    else missing.push(name);
  }
  if (missing.length === 0) return handed;
  throw new UsageError(`The recipe needs ${missing.join(', ')}: say where with --files PATH, a file or a folder.`);
}

/** What a word of the command line names: a file, all of a folder, or "name=path". Throws `UsageError` for what is not there. */
export function handedBy(given: string): HandedFile[] {
  const [, name, path] = /^([^=/\\]+)=(.+)$/.exec(given) ?? [null, null, given];
  const whole = resolve(path ?? given);
  if (!existsSync(whole)) throw new UsageError(`There is no ${path}.`);
  if (isFile(whole)) return [{ path: whole, name: name ?? basename(whole) }];
  return filesBelow(whole, name ?? basename(whole));
}

const filesBelow = (folder: string, name: string): HandedFile[] =>
  readdirSync(folder)
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) => {
      const path = join(folder, entry);
      return isFile(path) ? [{ path, name: `${name}/${entry}` }] : filesBelow(path, `${name}/${entry}`);
    });

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
