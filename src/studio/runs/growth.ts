/** FS-Merge against distillation as the training images grow: which runs that takes, and the lines that runs make. */
import type { FsMergeOptions, OptionsOf, Recipe } from '../../engine/recipe.ts';
import { defaultBaselines, settingKey } from '../recipe/draft.ts';
import { describeMethod, methodNames } from '../text/describe.ts';
import type { Run } from './run.ts';
import { trains } from './run.ts';

const fewest = 16;

/** Numbers of images of each task: 16, 32, 64, … and all that the recipe trains on. */
export function imageCounts(recipe: Recipe): number[] {
  const most = imagesOf(recipe);
  const counts: number[] = [];
  for (let count = fewest; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}

/** Training images of the task that has the most of them. */
export const imagesOf = ({ sources }: Recipe): number =>
  Math.max(0, ...sources.map(({ images }) => images?.train ?? 0));

/** The runs, fewest images first: FS-Merge as the recipe has it, then distillation with the same training. */
export function growthRecipes(recipe: Recipe): Recipe[] {
  const { method } = recipe;
  if (method.name !== 'fs-merge') return [];
  const methods = [method, distillationLike(method)];
  return imageCounts(recipe).flatMap((count) =>
    methods.map((own) => {
      const fewer = withImages(recipe, count);
      const epochs = Math.max(1, Math.round((method.epochs * batches(recipe, own)) / batches(fewer, own)));
      return { ...fewer, method: { ...own, epochs } };
    }),
  );
}

/** Rates, schedule, images and start of the FS-Merge that it is compared with. */
function distillationLike(options: FsMergeOptions): OptionsOf<'distillation'> {
  const { schedule, warmUp, learningRate, checkpointing, clipNorm, weightDecay, batchSize, epochs } = options;
  return {
    ...defaultBaselines.distillation,
    ...{ schedule, warmUp, learningRate, checkpointing, clipNorm, weightDecay, batchSize, epochs },
    initialisation: options.initialisation === 'average' ? 'average' : 'first',
    evaluateEvery: options.evaluateEvery,
    patience: options.patience,
  };
}

/** No task has more than `count` images. */
function withImages(recipe: Recipe, count: number): Recipe {
  const fewer = (images: Recipe['sources'][number]['images']) =>
    images && { ...images, train: Math.min(count, images.train) };
  return { ...recipe, sources: recipe.sources.map((source) => ({ ...source, images: fewer(source.images) })) };
}

/** Steps of an epoch. */
function batches({ sources }: Recipe, { batchSize }: { batchSize: number }): number {
  const images = sources.reduce(
    (sum, source) => sum + (source.images?.train ?? 0) + (source.images?.augmented ?? 0),
    0,
  );
  return Math.max(1, Math.ceil(images / batchSize));
}

/** What `recipe` is called in a list of runs. */
export const growthName = (recipe: Recipe): string =>
  `${imagesOf(recipe)} images, ${recipe.method.name === 'fs-merge' ? 'merged' : 'distilled'}`;

/** Whether a run has done what the recipe says. */
export const isDone = (recipe: Recipe, runs: readonly Run[]): boolean =>
  runs.some((run) => run.state === 'done' && unnamed(run.recipe) === unnamed(recipe));

const unnamed = (recipe: Recipe): string => JSON.stringify({ ...recipe, name: '' });

export interface GrowthLine {
  key: string;
  name: string;
  method: Run['recipe']['method']['name'];
  /** Fewest images first. */
  points: { images: number; joint: number; perTask: readonly (number | null)[] }[];
}

/** A line for each way to train that finished with at least so many numbers of images, on the sources and held-out images of a setting. */
export function growthLines(setting: string, runs: readonly Run[], least = 2): GrowthLine[] {
  const lines = new Map<string, Run[]>();
  for (const run of runs) {
    if (!trains(run) || run.state !== 'done' || settingKey(run.recipe) !== setting) continue;
    const key = lineKey(run.recipe);
    // Of two runs with as many images the later counts.
    const others = (lines.get(key) ?? []).filter((other) => imagesOf(other.recipe) !== imagesOf(run.recipe));
    lines.set(key, [...others, run]);
  }
  const grown = [...lines].filter(([, own]) => own.length >= least);
  const methods = grown.map(([, [first]]) => first?.recipe.method.name);
  return grown.map(([key, own]) => {
    const { method } = (own[0] as Run).recipe;
    const alone = methods.filter((name) => name === method.name).length === 1;
    const points = own.flatMap(({ recipe, result }) =>
      result ? [{ images: imagesOf(recipe), joint: result.score.joint, perTask: result.score.perTask }] : [],
    );
    return {
      key,
      name: alone ? methodNames[method.name] : `${methodNames[method.name]}, ${describeMethod(method)}`,
      method: method.name,
      points: points.toSorted((a, b) => a.images - b.images),
    };
  });
}

/** What the runs of a line share: everything but the number of images and of epochs. */
function lineKey({ sources, method, ...others }: Recipe): string {
  const images = sources.map((source) => source.images && { ...source.images, train: 0 });
  return JSON.stringify({ ...others, images, method: { ...method, epochs: 0 }, name: '' });
}
