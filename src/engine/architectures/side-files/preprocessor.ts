/** preprocessor_config.json of Hugging Face: how images were prepared. */
import { z } from 'zod';
import type { Resize, SideFileName } from '../facts.ts';
import type { Claim, Maybe, SideFacts } from './side-facts.ts';
import { known, parse } from './side-facts.ts';

const length = z.number().int().positive();
const sizeSchema = z
  .union([
    length,
    z.array(length).min(1),
    z.object({ height: length, width: length }),
    z.object({ shortest_edge: length }),
  ])
  .nullish();
const numbers = z.union([z.number(), z.array(z.number()).min(1)]).nullish();
const positives = z.union([z.number().positive(), z.array(z.number().positive()).min(1)]).nullish();
const flag = z.boolean().nullish();

const schema = z.object({
  do_rescale: flag,
  rescale_factor: z.number().positive().nullish(),
  do_normalize: flag,
  image_mean: numbers,
  image_std: positives,
  do_resize: flag,
  size: sizeSchema,
  resample: z.union([z.number().int(), z.string()]).nullish(),
  do_center_crop: flag,
  crop_size: sizeSchema,
});
type Preprocessor = z.infer<typeof schema>;

/** Codes of Pillow. */
const filters = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

export function preprocessorConfig(file: SideFileName, json: unknown): SideFacts {
  const config = parse(file, schema, json);
  const cropped = config.do_center_crop === true;
  const seen = cropped ? { name: 'crop_size', size: config.crop_size } : { name: 'size', size: config.size };
  return {
    file,
    facts: normalisation(config),
    labels: null,
    resize: config.do_resize === false ? null : resizeOf(config, cropped),
    claims: edgesOf(seen.size).map((value): Claim => ({ name: seen.name, value, of: 'image' })),
  };
}

/**
 * Mean and std of pixels from 0 to 1, where the file's are of pixels times `rescale_factor`: with k = 255 · factor,
 * `(k x - mean) / std = (x - mean / k) / (std / k)`.
 */
function normalisation(config: Preprocessor): SideFacts['facts'] {
  const scale = config.do_rescale === false ? 255 : 255 * (config.rescale_factor ?? 1 / 255);
  const scaled = (values: Maybe<number | number[]>) =>
    values === null || values === undefined ? null : [values].flat().map((value) => value / scale);
  if (config.do_normalize === false) return { mean: [0], std: [1 / scale] };
  return known({ mean: scaled(config.image_mean), std: scaled(config.image_std) });
}

function resizeOf({ size, crop_size, resample }: Preprocessor, cropped: boolean): Resize | null {
  const [edge] = size && typeof size === 'object' && 'shortest_edge' in size ? [size.shortest_edge] : edgesOf(size);
  const [crop] = edgesOf(crop_size);
  if (edge === undefined) return null;
  const filter = typeof resample === 'number' ? filters[resample] : resample?.toLowerCase();
  return { size: edge, crop: cropped ? (crop ?? null) : null, filter: filter ?? null };
}

/** Height and width, once where they are the same; none where only the shorter edge is known. */
function edgesOf(size: Preprocessor['size']): number[] {
  if (typeof size === 'number') return [size];
  if (!size || 'shortest_edge' in size) return [];
  return [...new Set('height' in size ? [size.height, size.width] : size)];
}
