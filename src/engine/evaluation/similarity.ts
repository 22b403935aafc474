/**
 * How alike the features of two networks are, layer by layer: linear CKA of Kornblith et al., "Similarity of Neural Network
 * Representations Revisited" (arXiv 1905.00414). It does not change under rotations, permutations and scaling of features.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, Model } from '../architectures/model.ts';
import { tokens } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';

export interface LayerSimilarity {
  /** Canonical name of the layer whose inputs are compared, or "features" for the last features. */
  layer: string;
  /** Linear CKA, 0 to 1; NaN where a network's features are the same on all images. */
  cka: number;
}

const batchSize = 100;

/**
 * Linear CKA between a merged model and a source on a task's held-out images, the first `limit`, in the order of layers.
 *
 * Compared are, one row an image: of a ViT the inputs of each block's `attention.query` and `mlp.in` (after their LayerNorm)
 * as the mean over all tokens, class token and registers among them, so that the numbers of tokens may differ; of an MLP the inputs
 * of `layers.1` and further; of both the last features. Layers go by name, those that both networks have; widths may differ.
 * Each network sees the images at its own size.
 */
export async function similarityOf(
  merged: Model,
  source: Model,
  images: ImageSet,
  limit = Number.POSITIVE_INFINITY,
): Promise<LayerSimilarity[]> {
  const networks = [merged, source].map(upload) as [Network, Network];
  const sums: Sums = new Map();
  try {
    const count = Math.min(limit, images.count);
    for (let from = 0; from < count; from += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, count - from) }, (_, index) => from + index);
      addBatch(networks, images, rows, sums);
    }
    return await similarities(sums);
  } finally {
    for (const { parameters } of networks) disposeAll(parameters);
    for (const layer of sums.values()) tf.dispose(tensorsOf(layer));
  }
}

interface Network {
  architecture: Architecture;
  parameters: Parameters;
}

/** Sums over images of a layer's features x of the merged model and y of the source. */
interface LayerSums {
  rows: number;
  /**
   * Means of the first batch, `[1, width]`, taken off x and y before anything is summed: without it, far-off means would
   * drown the differences between images in rounding.
   */
  shifts: [tf.Tensor2D, tf.Tensor2D];
  /** Σ x and Σ y, `[1, width]`. */
  x: tf.Tensor2D;
  y: tf.Tensor2D;
  /** Σ xᵀx, Σ yᵀy, Σ yᵀx, `[width, width]`. */
  xx: tf.Tensor2D;
  yy: tf.Tensor2D;
  yx: tf.Tensor2D;
}

type Sums = Map<string, LayerSums>;

const upload = ({ architecture, weights }: Model): Network => ({ architecture, parameters: toBackend(weights) });

const tensorsOf = ({ shifts, x, y, xx, yy, yx }: LayerSums): tf.Tensor[] => [...shifts, x, y, xx, yy, yx];

function addBatch([merged, source]: [Network, Network], images: ImageSet, rows: readonly number[], sums: Sums): void {
  tf.tidy(() => {
    const theirs = layerFeatures(source, images, rows);
    for (const [layer, x] of layerFeatures(merged, images, rows)) {
      const y = theirs.get(layer);
      if (y) add(sums, layer, x, y);
    }
  });
}

/** Features of each compared layer, `[rows, width]`, by name. */
function layerFeatures({ architecture, parameters }: Network, images: ImageSet, rows: readonly number[]) {
  const seen = new Map<string, tf.Tensor2D>();
  const last = features(architecture, parameters, networkInputs(architecture, images, rows), (layer, input) => {
    if (isCompared(architecture, layer)) seen.set(layer, oneRowAnImage(architecture, input, rows.length));
  });
  return seen.set('features', last);
}

/** The first layer of an MLP reads the image itself. */
const isCompared = ({ kind }: Architecture, layer: string): boolean =>
  kind === 'vit' ? /\.(attention\.query|mlp\.in)$/.test(layer) : layer !== 'layers.0';

/** `[images · tokens, width]` → mean over the tokens, `[images, width]`. */
function oneRowAnImage(architecture: Architecture, x: tf.Tensor2D, images: number): tf.Tensor2D {
  if (architecture.kind === 'mlp') return x;
  return tf.mean(tf.reshape(x, [images, tokens(architecture), x.shape[1]]), 1);
}

function add(sums: Sums, layer: string, x: tf.Tensor2D, y: tf.Tensor2D): void {
  const before = sums.get(layer);
  const shifts = before?.shifts ?? [keptMean(x), keptMean(y)];
  const a = tf.sub<tf.Tensor2D>(x, shifts[0]);
  const b = tf.sub<tf.Tensor2D>(y, shifts[1]);
  const plus = (sum: tf.Tensor2D | undefined, term: tf.Tensor2D) =>
    tf.keep(sum ? tf.add<tf.Tensor2D>(sum, term) : term);
  sums.set(layer, {
    rows: (before?.rows ?? 0) + x.shape[0],
    shifts,
    x: plus(before?.x, tf.sum(a, 0, true)),
    y: plus(before?.y, tf.sum(b, 0, true)),
    xx: plus(before?.xx, tf.matMul(a, a, true)),
    yy: plus(before?.yy, tf.matMul(b, b, true)),
    yx: plus(before?.yx, tf.matMul(b, a, true)),
  });
  if (before) tf.dispose([before.x, before.y, before.xx, before.yy, before.yx]);
}

const keptMean = (x: tf.Tensor2D): tf.Tensor2D => tf.keep(tf.mean(x, 0, true));

/** CKA = ‖YᵀX‖²_F / (‖XᵀX‖_F · ‖YᵀY‖_F), columns of X and Y centred. */
async function similarities(sums: Sums): Promise<LayerSimilarity[]> {
  const found: LayerSimilarity[] = [];
  for (const [layer, { rows, x, y, xx, yy, yx }] of sums) {
    const norms = tf.tidy(() =>
      tf.stack([centredNorm(yx, y, x, rows), centredNorm(xx, x, x, rows), centredNorm(yy, y, y, rows)]),
    );
    const [across = Number.NaN, merged = Number.NaN, source = Number.NaN] = await norms.data();
    norms.dispose();
    found.push({ layer, cka: across / Math.sqrt(merged * source) });
  }
  return found;
}

/** ‖covariance‖²_F from `product` = Σ bᵀa, Σ b and Σ a: a constant shift of a or b drops out. */
function centredNorm(product: tf.Tensor2D, b: tf.Tensor2D, a: tf.Tensor2D, rows: number): tf.Tensor {
  const means = tf.matMul(tf.div<tf.Tensor2D>(b, rows), tf.div<tf.Tensor2D>(a, rows), true);
  return tf.sum(tf.square(tf.sub(tf.div(product, rows), means)));
}
