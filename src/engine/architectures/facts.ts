/** What weights cannot tell about a model, and where each such fact comes from. */
import type { Activation } from '../recipe.ts';

/** A file beside the weights: "config.json", "labels.txt". */
export type SideFileName = `${string}.json` | `${string}.txt`;

/**
 * The file's own metadata or shapes, the usual value of its scheme, a guess from its shapes, the person, or a file beside the
 * weights, which is named.
 */
export type FactOrigin = 'file' | 'scheme' | 'guess' | 'person' | SideFileName;

/** Something that weights cannot tell. */
export interface Fact<T> {
  value: T;
  origin: FactOrigin;
  /** Why it may be another, in a sentence, where files are known to differ. */
  doubt?: string;
}

/** What was done to an image before the network saw it. Lengths in pixels. */
export interface Resize {
  /** Length of the shorter edge after the resize. */
  size: number;
  /** Edge of the square that is then cut out of the middle; null: none is. */
  crop: number | null;
  /** Name of the interpolation: "bilinear", "bicubic"; null: not said. */
  filter: string | null;
}

export interface Facts {
  heads: Fact<number> | null;
  epsilon: Fact<number> | null;
  activation: Fact<Activation>;
  /** The network was trained on `(x - mean) / std` of pixels from 0 to 1, one number for each channel. */
  mean: Fact<number[]>;
  std: Fact<number[]>;
  /** Names of the classes, in the order of the head. */
  labels: Fact<string[]> | null;
  resize: Fact<Resize> | null;
}

/** Heads of the vision transformers that are usual at a width (timm, OpenCLIP and big_vision agree). */
const usualHeads: ReadonlyMap<number, number> = new Map([
  [192, 3],
  [384, 6],
  [768, 12],
  [1024, 16],
  [1280, 16],
  [1408, 16],
  [1536, 24],
  [1664, 16],
]);

/** Heads of 64 are usual from width 192 on; smaller models mostly have four. */
export function guessHeads(width: number): Fact<number> {
  const small = () => [4, 3, 2].find((count) => width % count === 0) ?? 1;
  const heads = usualHeads.get(width) ?? (width >= 192 && width % 64 === 0 ? width / 64 : small());
  return { value: heads, origin: 'guess' };
}

/** Images from 0 to 1, not normalised, until something says otherwise. `channels` is 1 where it is not known. */
export const unknownPreparation = (channels: number): Pick<Facts, 'mean' | 'std' | 'labels' | 'resize'> => ({
  mean: { value: new Array<number>(channels).fill(0), origin: 'guess' },
  std: { value: new Array<number>(channels).fill(1), origin: 'guess' },
  labels: null,
  resize: null,
});
