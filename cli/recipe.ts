/** Recipes as the command line is given them: files of the page, files of the demo, links; and changes to their fields. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Recipe } from '../src/engine/recipe.ts';
import { recipeSchema } from '../src/engine/recipe.ts';
import { readHash } from '../src/studio/sessions/link.ts';
import { UsageError } from './errors.ts';

export interface GivenRecipe {
  recipe: Recipe;
  /** Where its files may be. */
  folders: string[];
  /** Files that it comes with. */
  files: string[];
}

/** `given`: path of a recipe, or a link of the studio. `changes`: "method.rank=16". Throws `UsageError`. */
export async function readRecipe(given: string, changes: readonly string[]): Promise<GivenRecipe> {
  const { value, folders, files } = given.includes('#recipe=') ? fromLink(given) : await fromFile(given);
  for (const change of changes) setField(value, change);
  const { data, error } = recipeSchema.safeParse(value);
  if (data) return { recipe: data, folders, files };
  const [issue] = error.issues;
  throw new UsageError(
    `The recipe cannot be run: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`,
  );
}

function fromLink(link: string) {
  const read = readHash(link.slice(link.indexOf('#')));
  if (read && 'value' in read) return { value: read.value as object, folders: ['.'], files: [] };
  throw new UsageError(`The link's recipe cannot be read: ${read?.problem ?? 'it has none'}.`);
}

async function fromFile(path: string) {
  const value = parsed(path, await textOf(path));
  const folder = dirname(resolve(path));
  // A recipe of the demo names its files from the folder above.
  if ('recipe' in value && 'files' in value && Array.isArray(value.files)) {
    const files = value.files.map((file) => resolve(folder, '..', String(file)));
    return { value: value.recipe as object, folders: [folder], files };
  }
  return { value, folders: [folder], files: [] };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError(`There is no recipe ${path} that can be read.`);
  }
}

function parsed(path: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new UsageError(`${path} is no recipe: it is no JSON object.`);
}

/** "sources.0.images.train=100": the value is JSON, or else text. */
export function setField(value: object, change: string): void {
  const at = change.indexOf('=');
  const path = change.slice(0, Math.max(at, 0)).split('.');
  const name = path.pop();
  if (at < 1 || !name) throw new UsageError(`--set ${change} is no field=value, for example method.rank=16.`);
  let place: unknown = value;
  for (const part of path) place = own(place, part);
  if (typeof place !== 'object' || place === null)
    throw new UsageError(`--set ${change}: the recipe has no such field.`);
  Object.defineProperty(place, name, {
    value: jsonOrText(change.slice(at + 1)),
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

const own = (place: unknown, part: string): unknown =>
  typeof place === 'object' && place !== null && Object.hasOwn(place, part)
    ? (place as Record<string, unknown>)[part]
    : undefined;

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
