import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import { randomImages, randomModels } from '../merging/fs-merge/testing.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { Guess } from './reconstruction.ts';
import { guessesOf, reconstructionErrors } from './reconstruction.ts';

beforeAll(() => useNodeBackend('cpu'));

const tasksOf = (models: readonly Model[], count: number): TaskImages[] =>
  models.map(({ architecture }, task) => {
    const test = randomImages(architecture, count, 50 + task);
    return { name: `task ${task}`, train: test, validation: test, test };
  });

/** The inputs as they are: a network without hidden layers. */
const asSeen: Model = {
  architecture: { kind: 'mlp', inputs: 2, widths: [], activation: 'identity', classes: 1 },
  weights: new Map(),
};

const pixels = (...values: number[]): TaskImages => {
  const count = values.length / 2;
  const test = {
    count,
    shape: [1, 2, 1] as const,
    pixels: Float32Array.from(values),
    labels: new Int32Array(count),
  };
  return { name: 'pixels', train: test, validation: test, test };
};

const constant =
  (...guess: number[]): Guess =>
  (inputs) =>
    tf.tile(tf.tensor2d([guess]), [inputs(asSeen.architecture).shape[0] ?? 0, 1]) as tf.Tensor2D;

it('is 0 for the source itself and 1 for a guess of zeros, and frees its tensors', async () => {
  const models = randomModels([smallMlp, smallVit]);
  const tasks = tasksOf(models, 130);
  const before = tf.memory().numTensors;
  const widths = models.map(({ architecture }) => featureWidth(architecture));
  const own = models.map((model) => guessesOf(model, null, widths));
  const guesses = own.map(({ of }, task) => of[task] ?? null);
  expect(await reconstructionErrors(guesses, models, tasks)).toEqual([0, 0]);
  for (const guess of own) guess.dispose();
  const zeros = models.map(
    ({ architecture }): Guess =>
      (inputs) =>
        tf.zeros([inputs(architecture).shape[0] ?? 0, featureWidth(architecture)]),
  );
  for (const error of await reconstructionErrors(zeros, models, tasks)) expect(error).toBeCloseTo(1, 6);
  expect(tf.memory().numTensors).toBe(before);
});

it('is the mean squared difference over the mean square', async () => {
  // Features (1, 2) and (3, −1), guessed as (2, 1): (1 + 1 + 1 + 4) / (1 + 4 + 9 + 1).
  const task = pixels(1, 2, 3, -1);
  expect((await reconstructionErrors([constant(2, 1)], [asSeen], [task]))[0]).toBeCloseTo(7 / 15, 6);
  // The first image alone: (1 + 1) / (1 + 4).
  expect((await reconstructionErrors([constant(2, 1)], [asSeen], [task], 1))[0]).toBeCloseTo(2 / 5, 6);
});

it('weights all images equally over batches of unequal size', async () => {
  // 100 images of (1, 1) guessed rightly, then 50 of (2, 2) guessed as (1, 1): 100 / (200 + 400).
  const values = Array.from({ length: 150 }, (_, row) => (row < 100 ? [1, 1] : [2, 2])).flat();
  const [error] = await reconstructionErrors([constant(1, 1)], [asSeen], [pixels(...values)]);
  expect(error).toBeCloseTo(1 / 6, 6);
});

it('takes each task with its own guess and source', async () => {
  const tasks = [pixels(1, 0), pixels(0, 2)];
  const errors = await reconstructionErrors([constant(1, 0), constant(0, 1)], [asSeen, asSeen], tasks);
  expect(errors[0]).toBeCloseTo(0, 6);
  expect(errors[1]).toBeCloseTo(1 / 4, 6);
});

it('differs between models, and shows each network the images at its own size', async () => {
  const models = randomModels([smallVit, { ...smallVit, image: 8 }]);
  const tasks = tasksOf(models, 20);
  const { of, dispose } = guessesOf(models[1] as Model, null, [8, 8]);
  const errors = await reconstructionErrors(of, models, tasks);
  dispose();
  expect(errors[0]).toBeGreaterThan(0.1);
  expect(errors[1]).toBe(0);
});

it('refuses guesses of another width and missing guesses, and frees its tensors then too', async () => {
  const before = tf.memory().numTensors;
  await expect(reconstructionErrors([constant(1)], [asSeen], [pixels(1, 2)])).rejects.toThrow(RangeError);
  await expect(reconstructionErrors([], [asSeen], [pixels(1, 2)])).rejects.toThrow(RangeError);
  expect(tf.memory().numTensors).toBe(before);
});

it('guesses through U, block by block', async () => {
  // Features (a, b) times U: source 1's guess (b, a), source 2's the single feature a + b.
  const unmerge = { shape: [2, 3], values: Float32Array.of(0, 1, 1, 1, 0, 1) };
  const single: Model = {
    ...asSeen,
    architecture: { kind: 'mlp', inputs: 2, widths: [1], activation: 'identity', classes: 1 },
  };
  single.weights = new Map([
    ['layers.0.weight', { shape: [1, 2], values: Float32Array.of(1, 1) }],
    ['layers.0.bias', { shape: [1], values: Float32Array.of(0) }],
  ]);
  const before = tf.memory().numTensors;
  const { of, dispose } = guessesOf(asSeen, unmerge, [2, 1]);
  const errors = await reconstructionErrors(of, [asSeen, single], [pixels(1, 3), pixels(1, 3, 2, 5)]);
  dispose();
  expect(errors[0]).toBeCloseTo((4 + 4) / (1 + 9), 6);
  expect(errors[1]).toBeCloseTo(0, 6);
  expect(tf.memory().numTensors).toBe(before);
});

it('has no guess of features of another width without U', async () => {
  const { of, dispose } = guessesOf(asSeen, null, [2, 1]);
  expect(await reconstructionErrors(of, [asSeen, asSeen], [pixels(1, 3), pixels(1, 3)])).toEqual([0, null]);
  dispose();
});
