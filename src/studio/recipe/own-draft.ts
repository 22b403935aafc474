/** Two networks of one's own while a person chooses them: what was chosen for MLPs and for ViTs is remembered apart. */
import type { FsMergeOptions } from '../../engine/recipe.ts';
import type { ImagesInfo } from '../../worker/protocol.ts';
import type { NamedTraining, ScratchRecipe } from '../../worker/protocol-training.ts';
import { formatLabels } from './labels.ts';

export type OwnKind = ScratchRecipe['network']['kind'];
export type VitSize = Omit<Extract<ScratchRecipe['network'], { kind: 'vit' }>, 'kind'>;
export type OwnPace = Pick<ScratchRecipe, 'epochs' | 'learningRate' | 'batchSize'>;

export interface OwnNetwork {
  labels: number[];
  seed: number;
}

export interface OwnDraft {
  /** Loaded images; null until there are some. */
  images: string | null;
  /** Edge of the images that the networks take, in pixels. */
  image: number;
  kind: OwnKind;
  /** Hidden layers of an MLP. */
  widths: number[];
  vit: VitSize;
  pace: Record<OwnKind, OwnPace>;
  heldOut: number;
  networks: OwnNetwork[];
}

export type PresetName = 'small' | 'medium' | 'large';

export const mlpPresets: Record<PresetName, number[]> = { small: [64], medium: [128, 128], large: [256, 256, 256] };
export const vitPresets: Record<PresetName, Omit<VitSize, 'patch'>> = {
  small: { width: 32, blocks: 2, heads: 4, hidden: 64 },
  medium: { width: 64, blocks: 4, heads: 4, hidden: 128 },
  large: { width: 96, blocks: 4, heads: 4, hidden: 192 },
};

export const firstOwnDraft: OwnDraft = {
  images: null,
  image: 28,
  kind: 'mlp',
  widths: mlpPresets.medium,
  vit: { patch: 7, ...vitPresets.small },
  pace: {
    mlp: { epochs: 20, learningRate: 2e-3, batchSize: 64 },
    vit: { epochs: 20, learningRate: 3e-3, batchSize: 64 },
  },
  heldOut: 0.1,
  networks: [
    { labels: [], seed: 1 },
    { labels: [], seed: 2 },
  ],
};

/** Larger images are resized to this, so that small networks stay small. */
const largest = 32;
/** Classes that a network starts with at most. */
const usualClasses = 10;

/** The draft for these images: of their size, half of the classes for each network. */
export function withImages(draft: OwnDraft, { id, shape, labels }: ImagesInfo): OwnDraft {
  const image = Math.min(shape[0], shape[1], largest);
  const all = labels.map(({ label }) => label);
  const half = Math.ceil(all.length / 2);
  const parts = all.length < 4 ? [all, all] : [all.slice(0, half), all.slice(half)];
  return {
    ...draft,
    images: id,
    image,
    vit: { ...draft.vit, patch: usualPatch(image) },
    networks: draft.networks.map(({ seed }, index) => ({ seed, labels: (parts[index] ?? []).slice(0, usualClasses) })),
  };
}

/** The largest patch that cuts an image into 4 × 4 or more: 28 → 7. */
export function usualPatch(image: number): number {
  let patch = Math.floor(image / 4);
  while (image % patch !== 0) patch--;
  return patch;
}

/** The preset that the draft's sizes are; null when they are a person's own. */
export function presetOf({ kind, widths, vit }: OwnDraft): PresetName | null {
  const names = Object.keys(mlpPresets) as PresetName[];
  const isSame = (name: PresetName) =>
    kind === 'mlp'
      ? mlpPresets[name].join() === widths.join()
      : Object.entries(vitPresets[name]).every(([size, value]) => vit[size as keyof VitSize] === value);
  return names.find(isSame) ?? null;
}

export const withPreset = ({ kind, vit }: OwnDraft, name: PresetName): Partial<OwnDraft> =>
  kind === 'mlp' ? { widths: mlpPresets[name] } : { vit: { ...vit, ...vitPresets[name] } };

/** FS-Merge as the demos have it: small networks learn full matrices in some seconds. */
export const smallMerge = (kind: OwnKind): Partial<FsMergeOptions> => ({
  kind: 'full',
  initialisation: kind === 'mlp' ? 'average' : 'first',
  learningRate: 2e-3,
  batchSize: 64,
  epochs: kind === 'mlp' ? 15 : 10,
});

/** What the worker trains: a name and a recipe for each network. */
export function toTrainings(draft: OwnDraft): NamedTraining[] {
  const { images, image, kind, widths, vit, pace, heldOut, networks } = draft;
  if (images === null) return [];
  return networks.map(({ labels, seed }) => ({
    name: ownName(images, labels, seed),
    recipe: {
      network: kind === 'mlp' ? { kind, widths } : { kind, ...vit },
      image,
      images,
      labels,
      heldOut,
      weightDecay: 1e-3,
      seed,
      ...pace[kind],
    },
  }));
}

/** "mnist 0–4, seed 1". */
export const ownName = (images: string, labels: readonly number[], seed: number): string =>
  `${images.replace(/\.\w+$/, '').replace(/[\\/:*?"<>|]+/g, '-')} ${formatLabels(labels)}, seed ${seed}`;
