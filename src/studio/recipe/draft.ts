/**
 * The recipe while a person edits it: what was chosen is remembered also where it does not apply right now, and each source
 * has a colour. `toRecipe` gives the recipe that runs.
 */
import type {
  AlignmentOptions,
  AugmentationOptions,
  FsMergeOptions,
  MethodName,
  OptionsOf,
  Recipe,
  RecipeSource,
} from '../../engine/recipe.ts';
import type { SourceInfo } from '../../worker/protocol.ts';

export interface DraftSource extends RecipeSource {
  /** Place in the list of source colours; stays with the source when the order changes. */
  colour: number;
  /** Whether the images were chosen by a person; others give way to a better match that is dropped later. */
  imagesByHand: boolean;
}

export interface Draft {
  sources: DraftSource[];
  alignment: AlignmentOptions;
  augmentation: AugmentationOptions;
  method: MethodName;
  fsMerge: FsMergeOptions;
  /** Options of every other method, as they were last chosen. */
  baselines: BaselineOptions;
  seed: number;
}

export type BaselineName = Exclude<MethodName, 'fs-merge'>;
export type BaselineOptions = { [Name in BaselineName]: OptionsOf<Name> };

/** The recipe's own defaults, spelled out: the page holds no schema. */
export const defaultFsMerge: FsMergeOptions = {
  name: 'fs-merge',
  kind: 'diagonal+low-rank',
  rank: 12,
  initialisation: 'first',
  objective: 'own',
  inner: [],
  scope: 'global',
  order: 'together',
  merged: { width: null, hidden: null, heads: null, widths: null },
  warmStart: null,
  schedule: 'one-cycle',
  warmUp: 0.1,
  learningRate: 1e-4,
  diagonalLearningRate: null,
  checkpointing: false,
  clipNorm: null,
  freezeNorms: false,
  weightDecay: 1e-3,
  batchSize: 128,
  epochs: 100,
  evaluateEvery: 50,
  patience: null,
};

export const defaultBaselines: BaselineOptions = {
  distillation: {
    name: 'distillation',
    initialisation: 'first',
    objective: 'own',
    schedule: 'one-cycle',
    warmUp: 0.1,
    learningRate: 1e-4,
    checkpointing: false,
    clipNorm: null,
    weightDecay: 1e-3,
    batchSize: 128,
    epochs: 100,
    evaluateEvery: 50,
    patience: null,
  },
  average: { name: 'average' },
  slerp: { name: 'slerp', t: 0.5 },
  'task-arithmetic': { name: 'task-arithmetic', base: '', scale: 0.4 },
  ties: { name: 'ties', base: '', density: 0.2, scale: 1 },
  dare: { name: 'dare', base: '', drop: 0.9, scale: 0.4 },
  regmean: { name: 'regmean', offDiagonal: 0.7 },
  'git-re-basin': { name: 'git-re-basin', sweeps: 50 },
  'activation-matching': { name: 'activation-matching' },
  zipit: { name: 'zipit' },
  'ot-fusion': { name: 'ot-fusion', regularisation: 0.05 },
  ensemble: { name: 'ensemble' },
};

export const emptyDraft: Draft = {
  sources: [],
  alignment: { padding: 'end', resize: false },
  augmentation: { crop: true, flip: true, tone: true },
  method: 'fs-merge',
  fsMerge: defaultFsMerge,
  baselines: defaultBaselines,
  seed: 1,
};

export const hasRank = ({ kind }: FsMergeOptions): boolean => kind !== 'full' && kind !== 'diagonal';
export const hasDiagonal = ({ kind }: FsMergeOptions): boolean => kind !== 'full' && kind !== 'low-rank';

/**
 * The options with those that cannot apply set to what does: low-rank alone starts at random, only MLPs train layer by layer,
 * only ViTs have heads and blocks.
 */
export function effective(given: FsMergeOptions, architecture: SourceInfo['architecture'] | null): FsMergeOptions {
  const mlp = architecture === 'mlp';
  const { merged } = given;
  const options: FsMergeOptions = {
    ...given,
    kind: mlp && given.kind === 'attention-heads' ? 'diagonal+low-rank' : given.kind,
    scope: mlp ? given.scope : 'global',
    objective: mlp && given.objective === 'inner' ? 'own' : given.objective,
    merged: mlp ? { ...merged, width: null, hidden: null, heads: null } : { ...merged, widths: null },
    freezeNorms: !mlp && given.freezeNorms,
  };
  return {
    ...options,
    initialisation: possibleStarts(options).includes(options.initialisation) ? options.initialisation : 'random',
    inner: options.objective === 'inner' ? options.inner : [],
    warmStart: options.initialisation === 'warm' ? options.warmStart : null,
    diagonalLearningRate: hasDiagonal(options) ? options.diagonalLearningRate : null,
  };
}

/** Without a diagonal a low-rank matrix is neither an identity nor an average; a saved SuperNet may still be one. */
export const possibleStarts = ({ kind }: FsMergeOptions): FsMergeOptions['initialisation'][] =>
  kind === 'low-rank' ? ['random', 'warm'] : ['first', 'average', 'random', 'warm'];

export function toRecipe(draft: Draft, name: string, architecture: SourceInfo['architecture'] | null): Recipe {
  const recipe = asChosen(draft);
  const { method } = recipe;
  return { ...recipe, name, method: method.name === 'fs-merge' ? effective(method, architecture) : method };
}

/** The recipe with its options as they were chosen, also those that cannot apply to the sources or wait for them. */
export function asChosen(draft: Draft): Recipe {
  return {
    version: 1,
    name: '',
    sources: draft.sources.map(({ file, name: task, facts, texts, images }) => ({
      file,
      name: task,
      facts,
      texts,
      images,
    })),
    alignment: draft.alignment,
    augmentation: draft.augmentation,
    method: draft.method === 'fs-merge' ? draft.fsMerge : draft.baselines[draft.method],
    seed: draft.seed,
  };
}

/** A draft that gives this recipe. */
export function fromRecipe({ sources, alignment, augmentation, method, seed }: Recipe): Draft {
  return {
    sources: sources.map((source, index) => ({ ...source, colour: index, imagesByHand: source.images !== null })),
    alignment,
    augmentation,
    method: method.name,
    fsMerge: method.name === 'fs-merge' ? method : defaultFsMerge,
    baselines: method.name === 'fs-merge' ? defaultBaselines : { ...defaultBaselines, [method.name]: method },
    seed,
  };
}

/** Lowest colour that no source has. */
export function freeColour(sources: readonly Pick<DraftSource, 'colour'>[]): number {
  const taken = new Set(sources.map((source) => source.colour));
  let colour = 0;
  while (taken.has(colour)) colour++;
  return colour;
}

/** What a task is called until a person says: the file's name without endings and counter, or the folder of a file that has one. */
export function taskName(file: string): string {
  const plain = file.replace(/ \(\d+\)$/, '');
  const slash = plain.lastIndexOf('/');
  const name = slash > 0 ? plain.slice(0, slash) : plain.replace(endings, '');
  return name || file;
}

const endings = /\.((safetensors|bin)(\.index\.json)?|json|pth?|ckpt|npz|h5|hdf5|keras)$/i;

/** What two scores must share to stand in one table: sources, their facts, and the images they are measured on. */
export function settingKey({ sources }: Recipe): string {
  return JSON.stringify(
    sources.map(({ file, facts, texts, images }) => [file, facts, texts, images?.file ?? null, images?.labels ?? []]),
  );
}
