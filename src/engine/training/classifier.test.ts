import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import { modelPredictor } from '../evaluation/predictors.ts';
import { seededRandom } from '../random.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { trainClassifier } from './classifier.ts';

beforeAll(() => useNodeBackend('cpu'));

const options = { epochs: 12, batchSize: 16, learningRate: 0.01, weightDecay: 1e-3, seed: 4 };

/** Classes that differ in how bright one part of the image is. */
function separable(shape: ImageSet['shape'], classes: number, count: number, seed: number): ImageSet {
  const random = seededRandom(seed);
  const size = shape[0] * shape[1] * shape[2];
  const labels = Int32Array.from({ length: count }, (_, row) => row % classes);
  const pixels = Float32Array.from({ length: count * size }, (_, index) => {
    const part = Math.floor(((index % size) * classes) / size);
    return 0.5 * random.normal() + (part === labels[Math.floor(index / size)] ? 1 : 0);
  });
  return { count, shape, pixels, labels };
}

async function train(architecture: Architecture, images: ImageSet, seed = options.seed) {
  const losses: number[] = [];
  const training = trainClassifier(architecture, images, { ...options, seed });
  for (;;) {
    const next = await training.next();
    if (next.done) return { losses, model: next.value };
    expect(next.value.step).toBe(losses.length);
    losses.push(next.value.loss);
  }
}

const valuesOf = ({ weights }: Model) => [...weights.values()].flatMap(({ values }) => [...values]);

describe.each([
  { architecture: smallMlp as Architecture, shape: [1, 10, 1] as const },
  { architecture: smallVit as Architecture, shape: [4, 4, 2] as const },
])('a classifier from scratch, $architecture.kind', ({ architecture, shape }) => {
  const images = separable(shape, architecture.classes, 96, 1);

  it('begins at the loss of guessing, learns, tells unseen images apart, and frees its tensors', async () => {
    const before = tf.memory().numTensors;
    const { losses, model } = await train(architecture, images);
    expect(losses).toHaveLength(72);
    expect(losses[0]).toBeGreaterThan(0.5 * Math.log(architecture.classes));
    expect(losses.at(-1)).toBeLessThan(0.4);
    const test = separable(shape, architecture.classes, 60, 2);
    const predictor = modelPredictor(model, [architecture.classes]);
    const { joint } = await evaluate(predictor, [{ name: 'task', train: images, validation: images, test }]);
    predictor.dispose();
    expect(joint).toBeGreaterThan(0.85);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is the same network for the same seed, and another for another', async () => {
    const [first, again, other] = [
      await train(architecture, images),
      await train(architecture, images),
      await train(architecture, images, 5),
    ];
    expect(valuesOf(again.model)).toEqual(valuesOf(first.model));
    expect(valuesOf(other.model)).not.toEqual(valuesOf(first.model));
  });
});
