/** Which options of a recipe do not go together, whatever its files hold: told before any file is read. */
import { StudioError } from './errors.ts';
import type { FsMergeOptions, Recipe } from './recipe.ts';

/** A recipe may name this many sources. */
export const mostSources = 16;

export interface BrokenRule {
  /** One sentence on what is wrong. */
  message: string;
  /** One sentence on what to do. */
  advice: string;
  /** Where in the recipe. */
  path: (string | number)[];
}

export function recipeRules(recipe: Recipe): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (recipe.sources.length > mostSources) {
    broken.push({
      message: `${recipe.sources.length} sources are too many for one merge.`,
      advice: `Choose up to ${mostSources}.`,
      path: ['sources'],
    });
  }
  const { method } = recipe;
  if (method.name === 'fs-merge') broken.push(...fsMergeRules(recipe, method));
  if (method.name === 'distillation') broken.push(...inMethod(stoppingRules(recipe, method)));
  if ('base' in method && method.base === '') {
    broken.push({
      message: 'Task vectors need the checkpoint that all sources were fine-tuned from.',
      advice: 'Drop it and choose it as the base, or choose a method that needs none.',
      path: ['method', 'base'],
    });
  }
  return broken;
}

/** The same as errors, for where a recipe is checked together with its files. */
export const recipeProblems = (recipe: Recipe): StudioError[] =>
  recipeRules(recipe).map(
    ({ message, advice, path }) =>
      new StudioError({ kind: 'recipe', message, advice, subject: String(path.at(-1) ?? 'recipe') }),
  );

const fsMergeRules = (recipe: Recipe, options: FsMergeOptions): BrokenRule[] =>
  inMethod([
    ...startRules(options),
    ...objectiveRules(options),
    ...sizeRules(options),
    ...stoppingRules(recipe, options),
  ]);

const inMethod = (rules: Iterable<BrokenRule>): BrokenRule[] =>
  [...rules].map((rule) => ({ ...rule, path: ['method', ...rule.path] }));

function* startRules(options: FsMergeOptions): Generator<BrokenRule> {
  const { kind, initialisation } = options;
  if (initialisation === 'warm') yield* warmRules(options);
  if (kind === 'low-rank' && (initialisation === 'first' || initialisation === 'average')) {
    yield {
      message: `Low-rank matrices without a diagonal cannot start as "${initialisation}".`,
      advice: 'Choose the initialisation "random", or the kind "diagonal + low-rank".',
      path: ['initialisation'],
    };
  }
}

function* warmRules({ kind, warmStart, order }: FsMergeOptions): Generator<BrokenRule> {
  if (warmStart === null) {
    yield {
      message: 'The initialisation "warm" does not say what to start from.',
      advice: 'Choose a method, a saved SuperNet or a target to start from.',
      path: ['warmStart'],
    };
  }
  if (warmStart === null || warmStart.from === 'supernet') return;
  if (order === 'sequential') {
    yield {
      message: 'A warm start gives M and U of all sources together, which a sequential merge never has.',
      advice: 'Choose the order "together", or another initialisation.',
      path: ['order'],
    };
  }
  if (warmStart.from === 'method' && kind === 'low-rank') {
    yield {
      message: `Low-rank matrices without a diagonal contain no ${warmStart.method} of the sources.`,
      advice: 'Choose another kind of matrices.',
      path: ['kind'],
    };
  }
  if (warmStart.from === 'target' && kind !== 'full') {
    yield {
      message: `Folding source 1 to a target takes every entry of M, which the kind "${kind}" does not have.`,
      advice: 'Choose the kind "full".',
      path: ['kind'],
    };
  }
}

function* objectiveRules({ objective, inner, scope }: FsMergeOptions): Generator<BrokenRule> {
  if (objective !== 'inner') return;
  if (inner.length === 0) {
    yield {
      message: 'The objective "inner" has no blocks to compare.',
      advice: 'Choose at least one block, or the objective "own".',
      path: ['inner'],
    };
  }
  const sites = inner.map(({ block, part }) => `${part} of block ${block}`);
  const twice = sites.find((site, index) => sites.indexOf(site) !== index);
  if (twice !== undefined) {
    yield {
      message: `The ${twice} is compared twice.`,
      advice: 'Name it once, with the weight it is to have.',
      path: ['inner'],
    };
  }
  if (scope === 'local') {
    yield {
      message: 'Local training compares each layer alone, so the objective "inner" does not apply.',
      advice: 'Choose the scope "global".',
      path: ['scope'],
    };
  }
}

function* sizeRules({ merged: { width, heads } }: FsMergeOptions): Generator<BrokenRule> {
  if (width !== null && heads !== null && width % heads !== 0) {
    yield {
      message: `${heads} attention heads do not divide the merged width ${width}.`,
      advice: `Choose a divisor of ${width}.`,
      path: ['merged', 'heads'],
    };
  }
}

function* stoppingRules(
  { sources }: Recipe,
  { patience, evaluateEvery }: Pick<FsMergeOptions, 'patience' | 'evaluateEvery'>,
): Generator<BrokenRule> {
  if (patience === null) return;
  if (evaluateEvery === 0) {
    yield {
      message: 'Early stopping needs measurements on the way, and there are none.',
      advice: 'Measure every so many steps, or train without early stopping.',
      path: ['evaluateEvery'],
    };
  }
  const without = sources.find(({ images }) => images !== null && images.validation === 0);
  if (without) {
    yield {
      message: `Early stopping needs validation images, and task "${without.name}" has none.`,
      advice: 'Hold some images of every task out for validation.',
      path: ['patience'],
    };
  }
}
