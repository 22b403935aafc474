/**
 * A recipe as the part of an address after `#`: what differs from the defaults, as JSON whose brackets, quotes and spaces are swapped for
 * characters that an address may have, so that it stays short and can be read: `recipe='seed':2,…&v=1`.
 */
import type { Recipe, RecipeSource } from '../../engine/recipe.ts';
import { defaultBaselines, defaultFsMerge, emptyDraft, taskName } from '../recipe/draft.ts';
import { formatLabels, parseLabels } from '../recipe/labels.ts';

const version = 1;
const swaps = ['"\'', '{(', '})', '[!', '];', ' +'];
const swapped = new Map(swaps.flatMap(([a = '', b = '']) => [[a, b] as const, [b, a] as const]));
const swap = (text: string): string => text.replace(/["'{}()[\]!; +]/g, (letter) => swapped.get(letter) ?? letter);

/** Everything else that an address may not have there, and the `&` that ends the recipe. */
const escaped = (text: string): string =>
  text.replace(/[^\w\-.~!'()*+,;:@/$]/gu, (letter) => encodeURIComponent(letter));

/** "#recipe=…"; empty for a recipe that is all defaults. */
export function linkHash(recipe: Recipe): string {
  const plain = JSON.stringify(unlikeDefaults(recipe));
  return plain === '{}' ? '' : `#recipe=${escaped(swap(plain.slice(1, -1)))}&v=${version}`;
}

export type ReadLink = { value: unknown } | { problem: string };

/** What a hash says, unchecked; null when it has no recipe. */
export function readHash(hash: string): ReadLink | null {
  const match = /^#recipe=([^&]*)(?:&v=(\d+))?/.exec(hash);
  if (!match) return null;
  const [, text = '', written] = match;
  if (written !== undefined && Number(written) > version) return { problem: 'it was made by a newer studio' };
  try {
    return { value: withNames(JSON.parse(`{${swap(decodeURIComponent(text))}}`)) };
  } catch {
    return { problem: written === undefined ? 'its end is cut off' : 'it was changed on its way' };
  }
}

function unlikeDefaults({ sources, alignment, augmentation, method, seed }: Recipe): object {
  const usual = method.name === 'fs-merge' ? defaultFsMerge : defaultBaselines[method.name];
  const options = unlike(method, usual) as object | undefined;
  const isUsual = method.name === emptyDraft.method && options === undefined;
  return defined({
    sources: sources.length > 0 ? sources.map(shortSource) : undefined,
    alignment: unlike(alignment, emptyDraft.alignment),
    augmentation: unlike(augmentation, emptyDraft.augmentation),
    method: isUsual ? undefined : { name: method.name, ...options },
    seed: unlike(seed, emptyDraft.seed),
  });
}

function shortSource({ file, name, facts, texts, images }: RecipeSource): object {
  return defined({
    file,
    name: name === taskName(file) ? undefined : name,
    facts: unlike(facts, {}),
    texts: texts ?? undefined,
    images:
      images &&
      defined({
        file: images.file,
        labels: formatLabels(images.labels).replaceAll('–', '-').replaceAll(', ', ','),
        train: images.train,
        augmented: unlike(images.augmented, 0),
        validation: unlike(images.validation, 0),
      }),
  });
}

/** What of a value is not in `usual`: of objects the entries that differ; undefined when nothing is. */
function unlike(value: unknown, usual: unknown): unknown {
  if (!isObject(value) || !isObject(usual)) return JSON.stringify(value) === JSON.stringify(usual) ? undefined : value;
  const own = defined(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unlike(part, usual[key])])));
  return Object.keys(own).length > 0 ? own : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const defined = (entries: object): object =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));

/** Names and labels as a recipe has them, and the usual method; whatever else is wrong is found by the recipe's schema. */
function withNames(value: Record<string, unknown>): unknown {
  const { sources, method = { name: emptyDraft.method }, ...rest } = value;
  const whole = Array.isArray(sources) ? sources.map((source) => (isObject(source) ? withName(source) : source)) : [];
  return { ...rest, method, sources: whole };
}

function withName(source: Record<string, unknown>): unknown {
  const { file, images } = source;
  const labels = isObject(images) && typeof images.labels === 'string' ? parseLabels(images.labels).labels : null;
  return {
    ...(typeof file === 'string' ? { name: taskName(file) } : {}),
    ...source,
    ...(labels && isObject(images) ? { images: { ...images, labels } } : {}),
  };
}
