/**
 * The recipe while a person edits it: what was chosen is remembered also where it does not apply right now, and each source
 * has a colour. `toRecipe` gives the recipe that runs.
 */
import type { FsMergeOptions, MethodName, Recipe, RecipeSource } from '../../engine/recipe.ts';
import type { SourceInfo } from '../../worker/protocol.ts';

export interface DraftSource extends RecipeSource {
  /** Place in the list of source colours; stays with the source when the order changes. */
  colour: number;
  /** Whether the images were chosen by a person; others give way to a better match that is dropped later. */
  imagesByHand: boolean;
}

export interface Draft {
  sources: DraftSource[];
  method: MethodName;
  fsMerge: FsMergeOptions;
  seed: number;
}

/** The recipe's own defaults, spelled out: the page holds no schema. */
export const defaultFsMerge: FsMergeOptions = {
  name: 'fs-merge',
  kind: 'diagonal+low-rank',
  rank: 12,
  initialisation: 'first',
  objective: 'own',
  scope: 'global',
  schedule: 'one-cycle',
  warmUp: 0.1,
  learningRate: 1e-4,
  diagonalLearningRate: null,
  clipNorm: null,
  freezeNorms: false,
  weightDecay: 1e-3,
  batchSize: 128,
  epochs: 100,
  evaluateEvery: 50,
};

export const emptyDraft: Draft = { sources: [], method: 'fs-merge', fsMerge: defaultFsMerge, seed: 1 };

export const hasRank = ({ kind }: FsMergeOptions): boolean => kind === 'low-rank' || kind === 'diagonal+low-rank';
export const hasDiagonal = ({ kind }: FsMergeOptions): boolean => kind === 'diagonal' || kind === 'diagonal+low-rank';

/** The options with those that cannot apply set to what does: low-rank alone starts at random, only MLPs train layer by layer. */
export function effective(options: FsMergeOptions, architecture: SourceInfo['architecture'] | null): FsMergeOptions {
  return {
    ...options,
    initialisation: options.kind === 'low-rank' ? 'random' : options.initialisation,
    scope: architecture === 'mlp' ? options.scope : 'global',
    diagonalLearningRate: hasDiagonal(options) ? options.diagonalLearningRate : null,
  };
}

export function toRecipe(draft: Draft, name: string, architecture: SourceInfo['architecture'] | null): Recipe {
  return {
    version: 1,
    name,
    sources: draft.sources.map(({ file, name: task, facts, images }) => ({ file, name: task, facts, images })),
    method: draft.method === 'fs-merge' ? effective(draft.fsMerge, architecture) : { name: draft.method },
    seed: draft.seed,
  };
}

/** A draft that gives this recipe. */
export function fromRecipe({ sources, method, seed }: Recipe): Draft {
  return {
    sources: sources.map((source, index) => ({ ...source, colour: index, imagesByHand: source.images !== null })),
    method: method.name,
    fsMerge: method.name === 'fs-merge' ? method : defaultFsMerge,
    seed,
  };
}

/** Lowest colour that no source has. */
export function freeColour(sources: readonly DraftSource[]): number {
  const taken = new Set(sources.map((source) => source.colour));
  let colour = 0;
  while (taken.has(colour)) colour++;
  return colour;
}

/** What a task is called until a person says: the file's name without its ending, and without a counter. */
export const taskName = (file: string): string =>
  file.replace(/ \(\d+\)$/, '').replace(/\.(safetensors|pth|pt|bin|ckpt|npz)$/i, '') || file;

/** What two scores must share to stand in one table: sources, their facts, and the images they are measured on. */
export function settingKey({ sources }: Recipe): string {
  return JSON.stringify(
    sources.map(({ file, facts, images }) => [file, facts, images?.file ?? null, images?.labels ?? []]),
  );
}
