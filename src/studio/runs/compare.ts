/** The rows of the comparison: everything that was measured on the same sources and the same images. */
import type { MethodName, Recipe, RecipeSource } from '../../engine/recipe.ts';
import type { Score, SourceScore } from '../../worker/protocol.ts';
import { settingKey } from '../recipe/draft.ts';
import type { Run } from './run.ts';
import { isOver, latestScore, trains } from './run.ts';

export interface CompareRow {
  key: string;
  name: string;
  kind: 'source' | MethodName;
  /** The source's place in the recipe; null for a method. */
  source: number | null;
  score: Score;
  /** For each source how far its features are missed, relative to their size; null and none where there is no guess. */
  reconstruction: readonly (number | null)[];
  /** Whether the score is of an unfinished model, on some of the held-out images. */
  live: boolean;
  /** Null where nothing is learned or nothing ran. */
  learnable: number | null;
  seconds: number | null;
}

export interface Comparison {
  key: string;
  /** A recipe of this setting, whatever its method. */
  recipe: Recipe;
  tasks: string[];
  colours: number[];
  rows: CompareRow[];
}

/** Scores of each source alone, by `settingKey`; null where not measured yet. */
export type SourceScores = Readonly<Record<string, readonly (SourceScore | null)[]>>;

/** Methods that cannot apply to the sources of a setting, and why, by `settingKey`. */
export type Refusals = Readonly<Record<string, Readonly<Partial<Record<MethodName, string>>>>>;

const keys = new WeakMap<Recipe, string>();

/** `settingKey`, written once for each recipe: runs are asked for it with every event. */
function keyOf(recipe: Recipe): string {
  const key = keys.get(recipe) ?? settingKey(recipe);
  keys.set(recipe, key);
  return key;
}

/** One comparison for each setting that something was measured on; the setting of `current` first. */
export function comparisons(
  current: { recipe: Recipe; colours: number[] },
  runs: readonly Run[],
  sourceScores: SourceScores,
): Comparison[] {
  const settings = new Map<string, { recipe: Recipe; colours: number[] }>();
  for (const { recipe, colours } of [current, ...runs.toReversed()]) {
    const key = keyOf(recipe);
    if (!settings.has(key)) settings.set(key, { recipe, colours });
  }
  return [...settings]
    .map(([key, { recipe, colours }]) => ({
      key,
      recipe,
      colours,
      tasks: recipe.sources.map(({ name }) => name),
      rows: [
        ...sourceRows(recipe.sources, sourceScores[key] ?? []),
        ...runRows(runs.filter((run) => keyOf(run.recipe) === key)),
      ],
    }))
    .filter(({ rows }) => rows.length > 0);
}

function sourceRows(sources: readonly RecipeSource[], scores: readonly (SourceScore | null)[]): CompareRow[] {
  return sources.flatMap(({ name }, source) => {
    const score = scores[source];
    if (!score) return [];
    return [
      {
        key: `source ${source}`,
        name,
        kind: 'source' as const,
        source,
        score,
        reconstruction: score.reconstruction,
        live: false,
        learnable: null,
        seconds: null,
      },
    ];
  });
}

/** Methods without options first, then what is trained. */
const order: readonly MethodName[] = [
  'ensemble',
  'average',
  'slerp',
  'task-arithmetic',
  'ties',
  'dare',
  'regmean',
  'git-re-basin',
  'activation-matching',
  'zipit',
  'ot-fusion',
  'distillation',
  'fs-merge',
];

/** Baselines first (the latest of each, they have no options), then every run in the order of their start. */
function runRows(runs: readonly Run[]): CompareRow[] {
  const rows: CompareRow[] = [];
  for (const run of runs) {
    const { name: kind } = run.recipe.method;
    const score = run.result?.score ?? latestScore(run);
    if (!score || run.state === 'failed') continue;
    const earlier = trains(run) ? -1 : rows.findIndex((row) => row.kind === kind);
    if (earlier >= 0) rows.splice(earlier, 1);
    rows.push({
      key: run.id,
      name: run.name,
      kind,
      source: null,
      score,
      reconstruction: run.result?.reconstruction ?? [],
      live: !isOver(run),
      learnable: run.result?.learnable || null,
      seconds: run.result?.seconds ?? null,
    });
  }
  return rows.sort((a, b) => order.indexOf(a.kind as MethodName) - order.indexOf(b.kind as MethodName));
}

/** Methods that train nothing: once for each setting is enough. */
export const baselines = [
  'ensemble',
  'average',
  'slerp',
  'task-arithmetic',
  'ties',
  'dare',
  'regmean',
  'git-re-basin',
  'activation-matching',
  'zipit',
  'ot-fusion',
] as const satisfies readonly MethodName[];

/** Whether a method already has a score for the setting of `recipe`. */
export const isMeasured = (recipe: Recipe, method: MethodName, runs: readonly Run[]): boolean =>
  runs.some((run) => run.recipe.method.name === method && run.result !== null && keyOf(run.recipe) === keyOf(recipe));

/** Whether every source and every baseline has a score for the setting of `recipe`, or cannot have one. */
export const isComplete = (
  recipe: Recipe,
  runs: readonly Run[],
  sourceScores: SourceScores,
  refused: Refusals,
): boolean => {
  const key = keyOf(recipe);
  return (
    recipe.sources.every((_, index) => sourceScores[key]?.[index]) &&
    baselines.every((method) => refused[key]?.[method] !== undefined || isMeasured(recipe, method, runs))
  );
};
