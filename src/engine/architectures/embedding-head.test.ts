import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkInputs } from '../datasets/images.ts';
import { StudioError } from '../errors.ts';
import { randomImages } from '../merging/fs-merge/testing.ts';
import { features, logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { Rows } from '../theory/testing.ts';
import { classHead, prototypeHead } from './embedding-head.ts';
import type { Architecture, Model } from './model.ts';
import { parameterShapes } from './model.ts';

beforeAll(() => useNodeBackend('cpu'));

const count = 12;
const clip: Architecture = { ...smallVit, preNorm: true, classes: 5, output: 'embedding' };
const texts = normals([4, 5], 3, seededRandom(8));

function outputs({ architecture, weights }: Model, compute: typeof features): Rows {
  const parameters = toBackend(weights);
  const inputs = networkInputs(architecture, randomImages(architecture, count, 3), [...Array(count).keys()]);
  const rows = tf.tidy(() => compute(architecture, parameters, inputs).arraySync());
  disposeAll(parameters);
  return rows;
}

const length = (row: readonly number[]) => Math.hypot(...row);
const indexOfLargest = (row: readonly number[]) => row.indexOf(Math.max(...row));

describe('a head made of texts', () => {
  const model = randomModel(clip, seededRandom(1));

  it("gives each class the embedding's length times its cosine with the text, so that CLIP's class wins", () => {
    const zeroShot = classHead(model, texts);
    expect(zeroShot.architecture).toEqual({ ...clip, classes: 4, output: 'classes' });
    const made = [...zeroShot.weights].map(([name, { shape }]) => [name, shape]);
    expect(made).toEqual([...parameterShapes(zeroShot.architecture)]);
    const given = outputs(zeroShot, logits);
    for (const [image, embedding] of outputs(model, logits).entries()) {
      const cosines = [0, 1, 2, 3].map((row) => {
        const text = [...texts.values.subarray(5 * row, 5 * row + 5)];
        return text.reduce((sum, value, i) => sum + value * (embedding[i] ?? 0), 0) / length(text) / length(embedding);
      });
      for (const [row, cosine] of cosines.entries()) {
        expect(given[image]?.[row]).toBeCloseTo(cosine * length(embedding), 5);
      }
      expect(indexOfLargest(given[image] ?? [])).toBe(indexOfLargest(cosines));
    }
  });

  it.each<[string, Architecture, number[], RegExp]>([
    ['a model of classes', smallVit, [4, 3], /gives classes already/],
    ['an MLP', smallMlp, [4, 3], /gives classes already/],
    ['texts of another width', clip, [4, 6], /have shape \[4, 6\]; the model's embedding has 5/],
    ['texts without rows', clip, [0, 5], /have shape \[0, 5\]/],
    ['one text as a vector', clip, [5], /have shape \[5\]/],
  ])('refuses %s', (_, architecture, shape, message) => {
    const attempt = () => classHead(randomModel(architecture, seededRandom(1)), normals(shape, 1, seededRandom(2)));
    expect(attempt).toThrow(StudioError);
    expect(attempt).toThrow(message);
  });

  it('refuses a text without direction', () => {
    for (const bad of [0, Number.NaN]) {
      const values = texts.values.map((value, index) => (index >= 5 && index < 10 ? bad : value));
      expect(() => classHead(model, { shape: [4, 5], values })).toThrow(/Text embedding 2 is 0 or not finite/);
    }
  });
});

describe('a head made of labelled images', () => {
  const labels = Int32Array.from({ length: count }, (_, image) => (image * 5) % 3);

  it.each<[string, Architecture]>([
    ['an embedding', clip],
    ['two tokens', { ...smallVit, registers: 1, pooling: 'distilled' }],
    ['an MLP', smallMlp],
  ])('%s: the class whose mean is nearest wins', (_, architecture) => {
    const model = randomModel(architecture, seededRandom(1));
    const seen = outputs(model, features);
    const nearest = prototypeHead(model, Float32Array.from(seen.flat()), labels, 3);
    expect(nearest.architecture).toMatchObject({
      ...architecture,
      classes: 3,
      ...(architecture.kind === 'vit' && { output: 'classes' }),
    });
    const means = [0, 1, 2].map((label) => {
      const own = seen.filter((__, image) => labels[image] === label);
      return (own[0] ?? []).map((__, unit) => own.reduce((sum, row) => sum + (row[unit] ?? 0), 0) / own.length);
    });
    for (const [image, scores] of outputs(nearest, logits).entries()) {
      const own = seen[image] ?? [];
      const distances = means.map((mean) => length(mean.map((value, unit) => value - (own[unit] ?? 0))));
      // |f − μ|² = |f|² − 2 · logit
      for (const [label, distance] of distances.entries()) {
        expect(length(own) ** 2 - 2 * (scores[label] ?? Number.NaN)).toBeCloseTo(distance ** 2, 4);
      }
      expect(indexOfLargest(scores)).toBe(distances.indexOf(Math.min(...distances)));
    }
  });

  it('refuses labels that are no classes, classes without images, and features of other images', () => {
    const model = randomModel(smallMlp, seededRandom(1));
    const seen = Float32Array.from(outputs(model, features).flat());
    expect(() => prototypeHead(model, seen, labels, 2)).toThrow(/label 2, and there are 2 classes/);
    expect(() =>
      prototypeHead(
        model,
        seen,
        labels.map((label) => label - 1),
        3,
      ),
    ).toThrow(/label -1/);
    expect(() => prototypeHead(model, seen, labels, 4)).toThrow(/Class 3 has no image/);
    expect(() => prototypeHead(model, seen, labels.subarray(1), 3)).toThrow(RangeError);
  });
});
