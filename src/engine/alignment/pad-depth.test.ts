import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model, Perceptron, VisionTransformer } from '../architectures/model.ts';
import { parameterShapes, sizeOf } from '../architectures/model.ts';
import { loadModel, overrideFacts, recogniseSource } from '../architectures/source.ts';
import { readImageFile } from '../datasets/files/npz.ts';
import { inputShape, networkInputs } from '../datasets/images.ts';
import { readCheckpoint } from '../formats/detect.ts';
import { readNpz } from '../formats/npz.ts';
import { logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { Padding } from '../recipe.ts';
import { activations, paddings } from '../recipe.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { canPad, depthOf, padDepth, paddedDepths } from './pad-depth.ts';

beforeAll(() => useNodeBackend('cpu'));

const vit = (blocks: number): VisionTransformer => ({ ...smallVit, blocks });
const mlp = (...widths: number[]): Perceptron => ({ ...smallMlp, widths });
const randomOf = <T extends Architecture>(architecture: T) =>
  randomModel(architecture, seededRandom(3)) as Model & { architecture: T };

/** Random inputs of both signs, seven rows. */
function randomInputs(architecture: Architecture): tf.Tensor {
  const { shape, values } = normals([7, ...inputShape(architecture)], 1, seededRandom(5));
  return tf.tensor(values, [...shape]);
}

function logitsOf({ architecture, weights }: Model, inputs: tf.Tensor): Float32Array {
  const parameters = toBackend(weights);
  const values = tf.tidy(() => logits(architecture, parameters, inputs).dataSync<'float32'>());
  disposeAll(parameters);
  return values;
}

/** Largest difference of the two models' logits, relative to the largest logit. */
function gap(model: Model, other: Model, inputs: tf.Tensor): number {
  const [ours, theirs] = [logitsOf(model, inputs), logitsOf(other, inputs)];
  const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(theirs.length).toBe(ours.length);
  return largest(ours.map((value, index) => value - (theirs[index] ?? Number.NaN))) / largest(ours);
}

/** Name of the source's weight that a padded model shares under a name; null: a weight of its own. */
function sharedFrom(model: Model, padded: Model, name: string): string | null {
  const weight = padded.weights.get(name);
  expect(weight, name).toBeDefined();
  return [...model.weights].find(([, own]) => own === weight)?.[0] ?? null;
}

describe('paddedDepths', () => {
  it.each<[number, number, (number | null)[], (number | null)[]]>([
    [3, 3, [0, 1, 2], [0, 1, 2]],
    [1, 4, [0, null, null, null], [0, null, null, null]],
    [2, 4, [0, 1, null, null], [0, null, 1, null]],
    [2, 5, [0, 1, null, null, null], [0, null, 1, null, null]],
    [3, 4, [0, 1, 2, null], [0, 1, 2, null]],
    [3, 5, [0, 1, 2, null, null], [0, 1, null, 2, null]],
    [4, 6, [0, 1, 2, 3, null, null], [0, 1, null, 2, 3, null]],
    [0, 2, [null, null], [null, null]],
  ])('places %d layers among %d', (depth, target, end, spread) => {
    expect(paddedDepths(depth, target, 'end')).toEqual(end);
    expect(paddedDepths(depth, target, 'spread')).toEqual(spread);
  });

  it('refuses a target that is not as deep', () => {
    expect(() => paddedDepths(3, 2, 'end')).toThrow(RangeError);
  });
});

it('counts blocks and hidden layers as depth', () => {
  expect(depthOf(vit(5))).toBe(5);
  expect(depthOf(mlp(8, 6, 4))).toBe(3);
});

it('can pad a ViT, and an MLP whose activation leaves its own values as they are', () => {
  const able = activations.filter((activation) => canPad({ ...smallMlp, activation }));
  expect(able).toEqual(['relu', 'identity']);
  expect(canPad(mlp())).toBe(false);
  expect(activations.every((activation) => canPad({ ...smallVit, activation }))).toBe(true);
});

describe.each(paddings)('padDepth, %s', (padding) => {
  it.each([
    [1, 4],
    [3, 5],
    [2, 3],
  ])('a random ViT of %d blocks is the same function with %d', (blocks, depth) => {
    const model = randomOf(vit(blocks));
    const padded = padDepth(model, depth, padding);
    expect(padded.architecture).toEqual(vit(depth));
    expect(gap(model, padded, randomInputs(model.architecture))).toBeLessThan(1e-6);
  });

  it.each(activations)('a random ViT with %s is the same function with a block more', (activation) => {
    const model = randomOf({ ...smallVit, activation });
    expect(gap(model, padDepth(model, 3, padding), randomInputs(model.architecture))).toBeLessThan(1e-6);
  });

  it.each([
    { activation: 'relu', depth: 5 },
    { activation: 'identity', depth: 5 },
    { activation: 'relu', depth: 3 },
  ] as const)('a random MLP with $activation is the same function with $depth layers', ({ activation, depth }) => {
    const model = randomOf({ ...mlp(8, 6), activation });
    const padded = padDepth(model, depth, padding);
    expect(depthOf(padded.architecture)).toBe(depth);
    expect(gap(model, padded, randomInputs(model.architecture))).toBeLessThan(1e-6);
  });

  it('the demo ViT is the same function with 6 blocks', async () => {
    const source = recogniseSource(await readCheckpoint(await readFixture('public/demo/vit/vit-mnist.safetensors')));
    const model = await loadModel(overrideFacts(source, { heads: 4 }));
    expect(depthOf(model.architecture)).toBe(4);
    const images = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
    if (!images) throw new Error('no images');
    const rows = Array.from({ length: 16 }, (_, row) => row);
    const inputs = networkInputs(model.architecture, images.test, rows);
    expect(gap(model, padDepth(model, 6, padding), inputs)).toBeLessThan(1e-6);
  });

  it.each<[string, Architecture]>([
    ['ViT', vit(3)],
    ['MLP', mlp(8, 6, 7)],
  ])('gives every parameter of the deeper %s its shape, in canonical order', (_, architecture) => {
    const padded = padDepth(randomOf(architecture), 5, padding);
    const shapes = [...padded.weights].map(([name, { shape, values }]) => {
      expect(values.length, name).toBe(sizeOf(shape));
      return [name, [...shape]];
    });
    expect(shapes).toEqual([...parameterShapes(padded.architecture)]);
  });

  it('hands back a model of that depth itself', () => {
    for (const architecture of [vit(2), smallMlp, { ...smallMlp, activation: 'tanh' } as const]) {
      const model = randomOf(architecture);
      expect(padDepth(model, 2, padding)).toBe(model);
    }
  });

  it('refuses what it cannot pad', () => {
    expect(() => padDepth(randomOf(vit(3)), 2, padding)).toThrow(RangeError);
    expect(() => padDepth(randomOf(smallMlp), 1, padding)).toThrow(RangeError);
    for (const activation of ['tanh', 'gelu', 'gelu-tanh', 'quick-gelu'] as const) {
      expect(() => padDepth(randomOf({ ...smallMlp, activation }), 3, padding)).toThrow(RangeError);
    }
    expect(() => padDepth(randomOf(mlp()), 1, padding)).toThrow(RangeError);
  });
});

describe('what a padded model is made of', () => {
  it('a ViT: the weights of the source themselves, and blocks of zeros between them', () => {
    const model = randomOf(vit(3));
    const padded = padDepth(model, 5, 'spread');
    const places = [0, 1, 2, 3, 4].map((block) => sharedFrom(model, padded, `blocks.${block}.mlp.out.weight`));
    expect(places).toEqual([
      'blocks.0.mlp.out.weight',
      'blocks.1.mlp.out.weight',
      null,
      'blocks.2.mlp.out.weight',
      null,
    ]);
    for (const name of ['patches.weight', 'class_token', 'positions', 'norm.weight', 'head.bias']) {
      expect(sharedFrom(model, padded, name)).toBe(name);
    }
    for (const [name, { values }] of padded.weights) {
      if (!/^blocks\.[24]\./.test(name)) continue;
      const constant = /norm[12]\.weight$/.test(name) ? 1 : 0;
      expect(
        values.every((value) => value === constant),
        name,
      ).toBe(true);
    }
  });

  it.each<[Padding, number[], (string | null)[]]>([
    ['end', [8, 6, 6, 6], ['layers.0.bias', 'layers.1.bias', null, null]],
    ['spread', [8, 8, 6, 6], ['layers.0.bias', null, 'layers.1.bias', null]],
  ])('an MLP, %s: identities of the width before them', (padding, widths, places) => {
    const model = randomOf(mlp(8, 6));
    const padded = padDepth(model, 4, padding);
    expect(padded.architecture).toEqual(mlp(...widths));
    expect([0, 1, 2, 3].map((layer) => sharedFrom(model, padded, `layers.${layer}.bias`))).toEqual(places);
    expect([...(padded.weights.get('layers.3.weight')?.values ?? [])]).toEqual(
      Array.from({ length: 36 }, (_, index) => (index % 7 === 0 ? 1 : 0)),
    );
    expect([...(padded.weights.get('layers.3.bias')?.values ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
