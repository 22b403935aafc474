import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model, Perceptron, VisionTransformer } from '../architectures/model.ts';
import { tokens } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { randomImages, randomModels } from '../merging/fs-merge/testing.ts';
import { features } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { permutation, seededRandom } from '../random.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { similarityOf } from './similarity.ts';

beforeAll(() => useNodeBackend('cpu'));

const pairOf = (a: Architecture, b: Architecture, seed = 1) => randomModels([a, b], seed) as [Model, Model];

const vitLayers = [
  'blocks.0.attention.query',
  'blocks.0.mlp.in',
  'blocks.1.attention.query',
  'blocks.1.mlp.in',
  'features',
];

/** A weight's rows times a matrix from the left, `left [n, n] · values [n, …]`. */
function multiplied(left: number[][], { shape, values }: Weight): Weight {
  const columns = values.length / (shape[0] ?? 1);
  const product = values.map((_, index) => {
    const row = left[Math.floor(index / columns)] ?? [];
    return row.reduce((sum, factor, inner) => sum + factor * (values[inner * columns + (index % columns)] ?? 0), 0);
  });
  return { shape, values: product };
}

function transposed({ shape, values }: Weight): Weight {
  const [rows = 1, columns = 1] = shape;
  const turned = values.map((_, index) => values[(index % rows) * columns + Math.floor(index / rows)] ?? 0);
  return { shape: [columns, rows], values: turned };
}

/** The model with its hidden layer's features f turned into f Qᵀ; undone before the next layer. */
function turned({ architecture, weights }: Model, layer: number, next: string, q: number[][]): Model {
  const own = new Map(weights);
  for (const name of [`layers.${layer}.weight`, `layers.${layer}.bias`]) {
    own.set(name, multiplied(q, weights.get(name) as Weight));
  }
  own.set(`${next}.weight`, transposed(multiplied(q, transposed(weights.get(`${next}.weight`) as Weight))));
  return { architecture, weights: own };
}

/** I − 2 v vᵀ / vᵀv, orthogonal. */
function reflection(size: number, seed: number): number[][] {
  const random = seededRandom(seed);
  const v = Array.from({ length: size }, () => random.normal());
  const norm = v.reduce((sum, x) => sum + x * x, 0);
  return v.map((a, row) => v.map((b, column) => (row === column ? 1 : 0) - (2 * a * b) / norm));
}

const shuffle = (size: number, seed: number): number[][] =>
  [...permutation(size, seededRandom(seed))].map((from) =>
    Array.from({ length: size }, (_, i) => (i === from ? 1 : 0)),
  );

/** Features on the host by layer, one row an image: pooled over tokens by hand. */
function hostFeatures({ architecture, weights }: Model, images: ImageSet): Map<string, number[][]> {
  const parameters = toBackend(weights);
  const seen = new Map<string, number[][]>();
  tf.tidy(() => {
    const inputs = networkInputs(architecture, images, [...images.labels.keys()]);
    const last = features(architecture, parameters, inputs, (layer, input) => {
      const rows = input.arraySync();
      seen.set(layer, architecture.kind === 'vit' ? pooled(rows, tokens(architecture)) : rows);
    });
    seen.set('features', last.arraySync());
  });
  disposeAll(parameters);
  return seen;
}

const pooled = (rows: number[][], count: number): number[][] =>
  Array.from({ length: rows.length / count }, (_, image) => {
    const own = rows.slice(image * count, (image + 1) * count);
    return (own[0] ?? []).map((_, column) => own.reduce((sum, row) => sum + (row[column] ?? 0), 0) / count);
  });

/** HSIC(K, L) / √(HSIC(K, K) HSIC(L, L)) with the centred n × n Gram matrices K = XXᵀ, L = YYᵀ. */
function gramCka(x: number[][], y: number[][]): number {
  const [k, l] = [centredGram(x), centredGram(y)];
  return dot(k, l) / Math.sqrt(dot(k, k) * dot(l, l));
}

function centredGram(x: number[][]): number[] {
  const n = x.length;
  const gram = x.map((a) => x.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)));
  const means = gram.map((row) => row.reduce((sum, value) => sum + value, 0) / n);
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  return gram.flatMap((row, i) => row.map((value, j) => value - (means[i] ?? 0) - (means[j] ?? 0) + mean));
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

async function expectGramCka(merged: Model, source: Model, images: ImageSet, layers: string[]) {
  const found = await similarityOf(merged, source, images);
  expect(found.map(({ layer }) => layer)).toEqual(layers);
  const [x, y] = [hostFeatures(merged, images), hostFeatures(source, images)];
  for (const { layer, cka } of found) {
    expect(Math.abs(cka - gramCka(x.get(layer) ?? [], y.get(layer) ?? [])), layer).toBeLessThan(1e-4);
  }
}

const linearMlp: Perceptron = { ...smallMlp, widths: [8, 6, 5], activation: 'identity' };

describe('features that are the same up to a rotation', () => {
  it.each([
    { architecture: smallMlp, layers: ['layers.1', 'features'] },
    { architecture: smallVit, layers: vitLayers },
  ])('are 1 in every layer of a model and itself: $architecture.kind', async ({ architecture, layers }) => {
    const [model] = pairOf(architecture, architecture);
    const found = await similarityOf(model, model, randomImages(architecture, 120, 5));
    expect(found.map(({ layer }) => layer)).toEqual(layers);
    for (const { cka } of found) expect(cka).toBeCloseTo(1, 5);
  });

  it('are 1 when units are permuted', async () => {
    const [model] = pairOf(smallMlp, smallMlp);
    const once = turned(model, 0, 'layers.1', shuffle(8, 3));
    const twice = turned(once, 1, 'head', shuffle(6, 4));
    const found = await similarityOf(twice, model, randomImages(smallMlp, 120, 5));
    for (const { cka } of found) expect(cka).toBeCloseTo(1, 5);
  });

  it('are 1 when features are reflected and scaled', async () => {
    const [model] = pairOf(linearMlp, linearMlp);
    const q = reflection(8, 3).map((row) => row.map((value) => 3 * value));
    const copy = turned(model, 0, 'layers.1', q); // further layers are scaled by 9
    const found = await similarityOf(copy, model, randomImages(linearMlp, 120, 5));
    expect(found.map(({ layer }) => layer)).toEqual(['layers.1', 'layers.2', 'features']);
    expect(found[0]?.cka).toBeCloseTo(1, 5);
  });
});

it.each([
  { name: 'mlp', architecture: { ...smallMlp, inputs: 40 } },
  { name: 'vit', architecture: smallVit },
])('is clearly less for an independent model: $name', async ({ architecture }) => {
  const [a, b] = pairOf(architecture, architecture);
  for (const { layer, cka } of await similarityOf(a, b, randomImages(architecture, 200, 5))) {
    expect(cka, layer).toBeGreaterThan(0);
    expect(cka, layer).toBeLessThan(0.8);
  }
});

describe('the sums over batches are the formula with n × n Gram matrices', () => {
  it('for MLPs of unequal widths and depths', async () => {
    const [a, b] = pairOf(smallMlp, { ...smallMlp, widths: [12, 5, 7] });
    await expectGramCka(a, b, randomImages(smallMlp, 130, 5), ['layers.1', 'features']);
  });

  it('for features far from zero', async () => {
    const [a, b] = pairOf(linearMlp, linearMlp);
    for (const model of [a, b]) model.weights.get('layers.0.bias')?.values.fill(1000);
    await expectGramCka(a, b, randomImages(linearMlp, 130, 5), ['layers.1', 'layers.2', 'features']);
  });

  it('when the first batch is unlike the others', async () => {
    const [a, b] = pairOf(smallMlp, smallMlp);
    const images = randomImages(smallMlp, 130, 5);
    images.pixels = images.pixels.map((pixel, index) => (index < 1000 ? pixel : pixel + 3));
    await expectGramCka(a, b, images, ['layers.1', 'features']);
  });

  it('for ViTs of unequal widths, depths and image sizes, over all tokens', async () => {
    const wide: VisionTransformer = { ...smallVit, image: 8, width: 12, blocks: 1 };
    const [a, b] = pairOf(smallVit, wide);
    const layers = ['blocks.0.attention.query', 'blocks.0.mlp.in', 'features'];
    await expectGramCka(a, b, randomImages(smallVit, 110, 5), layers);
  });
});

it('measures the first images only when told so, and frees its tensors', async () => {
  const [a, b] = pairOf(smallMlp, smallMlp);
  const images = randomImages(smallMlp, 130, 5);
  const first = { ...images, count: 30, pixels: images.pixels.slice(0, 300), labels: images.labels.slice(0, 30) };
  const before = tf.memory().numTensors;
  expect(await similarityOf(a, b, images, 30)).toEqual(await similarityOf(a, b, first));
  expect(await similarityOf(a, b, images, 0)).toEqual([]);
  expect(tf.memory().numTensors).toBe(before);
});

it('is not a number for features that do not vary', async () => {
  const [a, b] = pairOf(smallMlp, smallMlp);
  a.weights.get('layers.1.weight')?.values.fill(0);
  a.weights.get('layers.1.bias')?.values.fill(-1); // behind a ReLU: all 0
  const found = await similarityOf(a, b, randomImages(smallMlp, 120, 5));
  expect(found.map(({ cka }) => Number.isNaN(cka))).toEqual([false, true]);
});
