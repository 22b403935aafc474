/** How well a merged model's guesses of the sources' last features, which the sources' heads read, meet these features. */
import * as tf from '@tensorflow/tfjs-core';
import type { Model } from '../architectures/model.ts';
import { featureWidth } from '../architectures/model.ts';
import type { ImageSet, TaskImages } from '../datasets/images.ts';
import { networkInputs } from '../datasets/images.ts';
import { features } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import type { Inputs } from './evaluate.ts';

/** f̂ᵢ, the guess of source i's last features on a batch: `[batch, width of source i]`. Runs inside a tidy. */
export type Guess = (inputs: Inputs) => tf.Tensor2D;

const batchSize = 100;

/**
 * For each task i, on its held-out images (the first `limit`): the mean over images and features of (f̂ᵢ − fᵢ)², divided by
 * the mean of fᵢ². 0 is a perfect guess; guessing 0 everywhere gives 1. Not centred: fᵢ² is taken as it is, no mean
 * taken off. NaN without images, or where source and guess are 0 throughout; null where there is no guess. `guesses` and `models`
 * have one entry a task.
 */
export async function reconstructionErrors(
  guesses: readonly (Guess | null)[],
  models: readonly Model[],
  tasks: readonly TaskImages[],
  limit = Number.POSITIVE_INFINITY,
): Promise<(number | null)[]> {
  const errors: (number | null)[] = [];
  for (const [task, { test }] of tasks.entries()) {
    const guess = guesses[task];
    const model = models[task];
    if (guess === undefined || !model) throw new RangeError(`no guess or no source for task ${task}`);
    errors.push(guess && (await relativeError(guess, model, test, Math.min(limit, test.count))));
  }
  return errors;
}

/** What a merge has in the sources' places: its network, and the U that tells its features into theirs, if it has one. */
export type Guesses = { of: (Guess | null)[]; dispose(): void };

/**
 * The guess of each source's features: block i of `features · U`, U `[merged, Σ widths]`. Without a U the features are the guess
 * of every source of their width, and of the others there is none (null). The caller disposes.
 */
export function guessesOf(
  { architecture, weights }: Model,
  unmerge: Weight | null,
  widths: readonly number[],
): Guesses {
  const parameters = toBackend(weights);
  const merged = (inputs: Inputs) => features(architecture, parameters, inputs(architecture));
  if (!unmerge) {
    const own = featureWidth(architecture);
    return { of: widths.map((width) => (width === own ? merged : null)), dispose: () => disposeAll(parameters) };
  }
  const matrix = tf.tensor2d(unmerge.values, unmerge.shape as [number, number]);
  const guess =
    (source: number): Guess =>
    (inputs) =>
      tf.split<tf.Tensor2D>(tf.matMul(merged(inputs), matrix), [...widths], 1)[source] as tf.Tensor2D;
  return {
    of: widths.map((_, source) => guess(source)),
    dispose() {
      disposeAll(parameters);
      matrix.dispose();
    },
  };
}

/** `reconstructionErrors` of a network in the sources' places. */
export async function reconstructionOf(
  model: Model,
  unmerge: Weight | null,
  sources: readonly Model[],
  tasks: readonly TaskImages[],
  limit?: number,
): Promise<(number | null)[]> {
  const widths = sources.map(({ architecture }) => featureWidth(architecture));
  const guesses = guessesOf(model, unmerge, widths);
  try {
    return await reconstructionErrors(guesses.of, sources, tasks, limit);
  } finally {
    guesses.dispose();
  }
}

async function relativeError(guess: Guess, model: Model, images: ImageSet, count: number): Promise<number> {
  const parameters = toBackend(model.weights);
  let difference = 0;
  let norm = 0;
  try {
    for (let from = 0; from < count; from += batchSize) {
      const rows = Array.from({ length: Math.min(batchSize, count - from) }, (_, index) => from + index);
      const sums = tf.tidy(() => squaredSums(guess, model, parameters, images, rows));
      const [ofDifference = Number.NaN, ofSource = Number.NaN] = await sums.data();
      sums.dispose();
      difference += ofDifference;
      norm += ofSource;
    }
  } finally {
    disposeAll(parameters);
  }
  return difference / norm;
}

/** Sums over a batch of (f̂ − f)² and of f², `[2]`. */
function squaredSums(
  guess: Guess,
  { architecture }: Model,
  parameters: Parameters,
  images: ImageSet,
  rows: readonly number[],
): tf.Tensor {
  const inputs: Inputs = (wanted) => networkInputs(wanted, images, rows);
  const source = features(architecture, parameters, inputs(architecture));
  const guessed = guess(inputs);
  // Subtraction would spread a guess of width 1 over all features.
  if (guessed.shape[1] !== source.shape[1]) {
    throw new RangeError(`the guess has ${guessed.shape[1]} features, the source ${source.shape[1]}`);
  }
  return tf.stack([tf.sum(tf.squaredDifference(guessed, source)), tf.sum(tf.square(source))]);
}
