/** The files that a recipe names. */
import type { MethodRecipe, Recipe } from '../../engine/recipe.ts';
import type { SourceInfo } from '../../worker/protocol.ts';
import type { Draft } from './draft.ts';
import { asChosen } from './draft.ts';

export type FileRole = 'source' | 'images' | 'texts' | 'base' | 'supernet';

export interface NamedFile {
  name: string;
  role: FileRole;
}

/** Each file once, sources first. */
export function filesOf({ sources, method }: Pick<Recipe, 'sources' | 'method'>): NamedFile[] {
  const all: NamedFile[] = [
    ...sources.map(({ file }) => ({ name: file, role: 'source' as const })),
    ...sources.flatMap(({ images }) => (images ? [{ name: images.file, role: 'images' as const }] : [])),
    ...sources.flatMap(({ texts }) => (texts === null ? [] : [{ name: texts, role: 'texts' as const }])),
    ...filesOfMethod(method),
  ];
  return [...new Map(all.toReversed().map((file) => [file.name, file])).values()].toReversed();
}

function filesOfMethod(method: MethodRecipe): NamedFile[] {
  if ('base' in method && method.base !== '') return [{ name: method.base, role: 'base' }];
  if (method.name !== 'fs-merge' || !method.warmStart || method.warmStart.from === 'method') return [];
  const { from, file } = method.warmStart;
  return [{ name: file, role: from === 'target' ? 'base' : 'supernet' }];
}

/** Names of the files that the cards use, whichever method they show. */
export function usedFiles(draft: Draft): Set<string> {
  const bases = Object.values(draft.baselines).map((options) => ('base' in options ? options.base : ''));
  return new Set([...filesOf(asChosen(draft)).map(({ name }) => name), ...bases]);
}

interface Loaded {
  sources: Readonly<Record<string, SourceInfo>>;
  images: Readonly<Record<string, unknown>>;
  superNets: Readonly<Record<string, unknown>>;
  texts: Readonly<Record<string, unknown>>;
}

/** Those of the recipe's files that are not loaded. */
export function neededFiles(recipe: Pick<Recipe, 'sources' | 'method'>, loaded: Loaded): NamedFile[] {
  const places = {
    source: loaded.sources,
    base: loaded.sources,
    images: loaded.images,
    texts: loaded.texts,
    supernet: loaded.superNets,
  };
  return filesOf(recipe).filter(({ name, role }) => !(name in places[role]));
}

/** The recipe with its files called otherwise. */
export function withFileNames(recipe: Recipe, name: (file: string) => string): Recipe {
  return {
    ...recipe,
    sources: recipe.sources.map((source) => ({
      ...source,
      file: name(source.file),
      texts: source.texts === null ? null : name(source.texts),
      images: source.images && { ...source.images, file: name(source.images.file) },
    })),
    method: methodWithNames(recipe.method, name),
  };
}

export function methodWithNames<Method extends MethodRecipe>(method: Method, name: (file: string) => string): Method {
  if ('base' in method && method.base !== '') return { ...method, base: name(method.base) };
  if (!('warmStart' in method) || !method.warmStart || method.warmStart.from === 'method') return method;
  return { ...method, warmStart: { ...method.warmStart, file: name(method.warmStart.file) } };
}
