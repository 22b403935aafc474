/** Usual preparations of pixels, and their names. */
import { formatNumbers } from './number-list.ts';

export interface Normalisation {
  name: string;
  /** One number for each channel, or one for all. */
  mean: readonly number[];
  std: readonly number[];
}

/** torchvision's and timm's ImageNet constants, OpenAI's of CLIP, and what Inception and many ViTs of timm and Google have. */
const known: readonly Normalisation[] = [
  { name: '0 to 1', mean: [0], std: [1] },
  { name: '±1 (0.5)', mean: [0.5], std: [0.5] },
  { name: 'ImageNet', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  {
    name: 'CLIP',
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
];

/** Those that make sense for so many channels, spelled out for each. */
export const normalisations = (channels: number): Normalisation[] =>
  known
    .filter(({ mean }) => mean.length === 1 || mean.length === channels)
    .map(({ name, mean, std }) => ({ name, mean: spread(mean, channels), std: spread(std, channels) }));

const spread = (values: readonly number[], channels: number): readonly number[] =>
  values.length === channels ? values : new Array<number>(channels).fill(values[0] ?? 0);

/** The name of a usual preparation; null for any other. */
export function normalisationName(mean: readonly number[], std: readonly number[]): string | null {
  const same = (a: readonly number[], b: readonly number[]) =>
    a.every((value, index) => Math.abs(value - b[index]!) < 1e-4);
  const found = normalisations(mean.length).find((usual) => same(usual.mean, mean) && same(usual.std, std));
  return found?.name ?? null;
}

/** "ImageNet", "mean 0.13 · std 0.31". */
export const describeNormalisation = (mean: readonly number[], std: readonly number[]): string =>
  normalisationName(mean, std) ?? `mean ${formatNumbers(mean)} · std ${formatNumbers(std)}`;
