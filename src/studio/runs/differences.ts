/** What differs between the recipes of several runs, in words: "initialisation: first / average". */
import type { MethodRecipe, Recipe } from '../../engine/recipe.ts';
import { hasDiagonal, hasRank } from '../recipe/draft.ts';
import { methodNames } from '../text/describe.ts';
import { count, plain } from '../text/numbers.ts';

export interface Difference {
  /** "initialisation". */
  what: string;
  /** One for each recipe, in their order; "–" where a recipe has no such option. */
  values: string[];
}

/** What options are called on the page, by their place in a recipe. Those that are not named here go by their own name. */
const names: Record<string, string> = {
  'method.name': 'method',
  'method.kind': 'matrices',
  'method.inner': 'inner features',
  'method.merged': 'merged size',
  'method.warmStart': 'warm start',
  'method.warmUp': 'warm-up',
  'method.learningRate': 'learning rate',
  'method.diagonalLearningRate': 'rate of diagonals',
  'method.clipNorm': 'largest gradient',
  'method.freezeNorms': 'frozen LayerNorms',
  'method.weightDecay': 'weight decay',
  'method.batchSize': 'batch',
  'method.checkpointing': 'activations computed again',
  'method.evaluateEvery': 'measured every',
  'alignment.padding': 'identity layers',
  'alignment.resize': 'resized patches',
  'augmentation.crop': 'crop',
  'augmentation.flip': 'flip',
  'augmentation.tone': 'tone',
  seed: 'seed',
};

/** Stands for what is not there. */
export const none = '–';

/** Every option in which the recipes are not all alike. None for fewer than two recipes. */
export function differences(recipes: readonly Recipe[]): Difference[] {
  const options = recipes.map(optionsOf);
  const whats = [...new Set(options.flatMap((own) => [...own.keys()]))];
  return whats
    .map((what) => ({ what, values: options.map((own) => own.get(what) ?? none) }))
    .filter(({ values }) => new Set(values).size > 1);
}

/** "initialisation: first / average". */
export const differenceText = ({ what, values }: Difference): string => `${what}: ${values.join(' / ')}`;

/** Each option of a recipe and its value in words, the method's first. */
export function optionsOf({ method, sources, alignment, augmentation, seed }: Recipe): Map<string, string> {
  const options = new Map<string, string>();
  const add = (place: string, value: unknown) => {
    const what = names[place] ?? place.slice(place.lastIndexOf('.') + 1);
    options.set(what, inWords(value));
  };
  options.set(names['method.name'] as string, methodNames[method.name]);
  for (const [key, value] of Object.entries(method)) {
    if (key !== 'name' && applies(method, key)) add(`method.${key}`, value);
  }
  options.set('sources', sources.map(({ file }) => file).join(', '));
  for (const [index, { facts, images }] of sources.entries()) addSource(options, index, { facts, images });
  for (const [key, value] of Object.entries(alignment)) add(`alignment.${key}`, value);
  if (sources.some(({ images }) => (images?.augmented ?? 0) > 0)) {
    for (const [key, value] of Object.entries(augmentation)) add(`augmentation.${key}`, value);
  }
  add('seed', seed);
  return options;
}

/** Whether an option has a say beside the others. */
function applies(method: MethodRecipe, key: string): boolean {
  if (key === 'warmUp') return 'schedule' in method && method.schedule === 'cosine';
  if (method.name !== 'fs-merge') return true;
  if (key === 'rank') return hasRank(method);
  return key !== 'diagonalLearningRate' || hasDiagonal(method);
}

function addSource(
  options: Map<string, string>,
  index: number,
  { facts, images }: Pick<Recipe['sources'][number], 'facts' | 'images'>,
): void {
  const of = (what: string) => `${what} of source ${index + 1}`;
  for (const [fact, value] of Object.entries(facts)) options.set(of(fact), inWords(value));
  options.set(of('images'), images?.file ?? none);
  if (!images) return;
  options.set(of('labels'), images.labels.join(', '));
  options.set(of('images to train on'), count(images.train));
  options.set(of('augmented images'), count(images.augmented));
  options.set(of('validation images'), count(images.validation));
}

function inWords(value: unknown): string {
  if (value === null || value === undefined || value === '') return none;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return Number.isInteger(value) ? count(value) : plain(value);
  if (typeof value === 'string') return value === 'diagonal+low-rank' ? 'diagonal + low-rank' : value;
  if (Array.isArray(value)) return value.map(inWords).join(', ') || none;
  const parts = Object.entries(value as object).filter(([, part]) => part !== null);
  return parts.map(([key, part]) => `${key} ${inWords(part)}`).join(' ') || none;
}
