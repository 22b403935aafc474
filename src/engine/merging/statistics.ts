/**
 * Second moments of the sources' features on images, accumulated in batches on the backend: what RegMean, activation matching,
 * ZipIt! and OT fusion read. Which features are meant comes from the fold plan.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FoldPlan } from '../architectures/fold-plan.ts';
import type { Model } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Weight } from '../tensors/host-tensor.ts';

/** Where features are seen: what goes into a linear layer of the body, what comes out of it, or the last features, a row for each token that the head reads. */
export type Place = { layer: string; side: 'in' | 'out' } | 'features';

const batchSize = 100;

/** The places of each space: inputs of the layers behind its U; of a space without U the outputs of the layers before it. */
export function placesOf({ matrices, folded, head }: FoldPlan): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  const spaceOf = (matrix: string) => matrices.find(({ name }) => name === matrix)?.space ?? '';
  const add = (space: string, place: Place) => places.set(space, [...(places.get(space) ?? []), place]);
  const read = new Set(matrices.filter(({ role }) => role === 'U').map(({ space }) => space));
  for (const entry of folded) {
    if (entry.kind !== 'linear') continue;
    const layer = entry.weight.replace(/\.weight$/, '');
    if (entry.unmerge !== null) add(spaceOf(entry.unmerge), { layer, side: 'in' });
    if (!read.has(spaceOf(entry.merge))) add(spaceOf(entry.merge), { layer, side: 'out' });
  }
  add(spaceOf(head.unmerge), 'features');
  return places;
}

export interface Moments {
  /** Rows that were added up. */
  rows: number;
  /** Mean of each feature of all models side by side, `[Σ widths]`. */
  mean: Weight;
  /** `E[x xᵀ]` of all models' features side by side, `[Σ widths, Σ widths]`; not centred. */
  second: Weight;
}

/**
 * For each key, moments of the features at its places, in every model side by side, on the same images. The rows of a key's
 * places are added up. One model alone gives its Gram matrix over the number of rows.
 */
export async function jointMoments(
  models: readonly Model[],
  places: ReadonlyMap<string, readonly Place[]>,
  images: readonly ImageSet[],
): Promise<Map<string, Moments>> {
  const parameters = models.map(({ weights }) => toBackend(weights));
  const sums: Sums = new Map();
  try {
    for (const set of images) {
      for (let from = 0; from < set.count; from += batchSize) {
        const rows = Array.from({ length: Math.min(batchSize, set.count - from) }, (_, index) => from + index);
        addBatch(models, parameters, places, set, rows, sums);
      }
    }
    return await download(sums);
  } finally {
    for (const own of parameters) disposeAll(own);
    for (const { mean, second } of sums.values()) tf.dispose([mean, second]);
  }
}

type Sums = Map<string, { rows: number; mean: tf.Tensor; second: tf.Tensor }>;

function addBatch(
  models: readonly Model[],
  parameters: readonly Parameters[],
  places: ReadonlyMap<string, readonly Place[]>,
  set: ImageSet,
  rows: readonly number[],
  sums: Sums,
): void {
  tf.tidy(() => {
    const seen = models.map((model, index) => observe(model, parameters[index] as Parameters, set, rows));
    for (const [key, own] of places) {
      for (const place of own) {
        const each = seen.map((all) => at(all, place));
        add(sums, key, tf.concat(each, 1) as tf.Tensor2D);
      }
    }
  });
}

/** Adds the rows of x `[rows, Σ widths]` to a key's sums. */
function add(sums: Sums, key: string, x: tf.Tensor2D): void {
  const mean = tf.sum(x, 0);
  const second = tf.matMul(x, x, true, false);
  const before = sums.get(key);
  if (!before) {
    sums.set(key, { rows: x.shape[0], mean: tf.keep(mean), second: tf.keep(second) });
    return;
  }
  sums.set(key, {
    rows: before.rows + x.shape[0],
    mean: tf.keep(tf.add(before.mean, mean)),
    second: tf.keep(tf.add(before.second, second)),
  });
  tf.dispose([before.mean, before.second]);
}

/** Every place's features of one model, `[rows, width]`, by `placeKey`. */
function observe(
  { architecture }: Model,
  parameters: Parameters,
  set: ImageSet,
  rows: readonly number[],
): Map<string, tf.Tensor2D> {
  const seen = new Map<string, tf.Tensor2D>();
  const last = features(architecture, parameters, networkInputs(architecture, set, rows), (layer, input, output) => {
    seen.set(placeKey({ layer, side: 'in' }), input);
    seen.set(placeKey({ layer, side: 'out' }), output);
  });
  const width = architecture.kind === 'vit' ? architecture.width : last.shape[1];
  return seen.set(placeKey('features'), tf.reshape(last, [-1, width]));
}

const placeKey = (place: Place): string => (place === 'features' ? place : `${place.layer} ${place.side}`);

function at(seen: ReadonlyMap<string, tf.Tensor2D>, place: Place): tf.Tensor2D {
  const x = seen.get(placeKey(place));
  if (!x) throw new RangeError(`no features at ${placeKey(place)}`);
  return x;
}

async function download(sums: Sums): Promise<Map<string, Moments>> {
  const moments = new Map<string, Moments>();
  for (const [key, { rows, mean, second }] of sums) {
    const scaled = async ({ shape }: tf.Tensor, data: Promise<unknown>): Promise<Weight> => ({
      shape,
      values: Float32Array.from((await data) as Float32Array, (value) => value / rows),
    });
    moments.set(key, {
      rows,
      mean: await scaled(mean, mean.data()),
      second: await scaled(second, second.data()),
    });
  }
  return moments;
}
