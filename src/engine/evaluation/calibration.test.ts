import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import type { Perceptron } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import { randomImages, randomModels } from '../merging/fs-merge/testing.ts';
import { smallMlp } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { calibrationBins, calibrationOf } from './calibration.ts';
import type { Predictor } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import { ensemblePredictor } from './predictors.ts';

beforeAll(() => useNodeBackend('cpu'));

const onePixel: Perceptron = { kind: 'mlp', inputs: 1, widths: [], activation: 'identity', classes: 1 };

/** A task whose images are one pixel each, their number from `first` on. */
const numbered = (first: number, labels: number[]): TaskImages => {
  const images = {
    count: labels.length,
    shape: [1, 1, 1] as const,
    pixels: Float32Array.from(labels, (_, row) => first + row),
    labels: Int32Array.from(labels),
  };
  return { name: 'numbered', train: images, validation: images, test: images };
};

/** Gives each numbered image these probabilities, as logits shifted by 1000: large ones must not overflow. */
const fake = (classes: number[], probabilities: (image: number) => number[], blind: number[] = []): Predictor => ({
  classes,
  blind,
  logits(inputs) {
    const rows = [...inputs(onePixel).dataSync()].map((image) => probabilities(image).map((p) => 1000 + Math.log(p)));
    const joint = tf.tensor2d(rows);
    return { perTask: joint, joint };
  },
});

const zeros = (count: number) => Array.from({ length: count }, () => 0);

it('is 0 when confidence and accuracy agree', async () => {
  // 3 of 4 images are class 0, and that is what the predictor says.
  const labels = Array.from({ length: 400 }, (_, row) => (row % 4 === 3 ? 1 : 0));
  const { joint, perTask } = await calibrationOf(
    fake([2], () => [0.75, 0.25]),
    [numbered(0, labels)],
  );
  expect(joint.error).toBeLessThan(1e-4);
  expect(joint.images).toBe(400);
  expect(joint.bins).toHaveLength(calibrationBins);
  const [filled, ...others] = joint.bins.filter(({ images }) => images > 0);
  expect(others).toEqual([]);
  expect(filled).toMatchObject({ from: 11 / 15, to: 12 / 15, images: 400, accuracy: 0.75 });
  expect(filled?.confidence).toBeCloseTo(0.75, 4);
  expect(joint.bins[0]).toEqual({ from: 0, to: 1 / 15, images: 0, confidence: null, accuracy: null });
  expect(perTask).toEqual([joint]);
});

it('is the gap of a predictor that is too sure, or not sure enough', async () => {
  const half = Array.from({ length: 20 }, (_, row) => row % 2);
  const sure = await calibrationOf(
    fake([2], () => [0.98, 0.02]),
    [numbered(0, half)],
  );
  expect(sure.joint.error).toBeCloseTo(0.48, 4);
  const unsure = await calibrationOf(
    fake([2], () => [0.6, 0.4]),
    [numbered(0, zeros(20))],
  );
  expect(unsure.joint.error).toBeCloseTo(0.4, 4);
});

it('weights the gaps of its bins with their images, and does not let them cancel', async () => {
  // One image in four at 0.9 and wrong, three at 0.6 and right: 1/4 · 0.9 + 3/4 · 0.4.
  const predictor = fake([2], (image) => (image % 4 === 0 ? [0.1, 0.9] : [0.6, 0.4]));
  const { joint } = await calibrationOf(predictor, [numbered(0, zeros(40))]);
  expect(joint.error).toBeCloseTo(0.525, 4);
  expect(joint.bins.flatMap(({ images, accuracy }) => (images > 0 ? [[images, accuracy]] : []))).toEqual([
    [30, 1],
    [10, 0],
  ]);
});

it("takes the softmax over all classes jointly and over the task's own within it", async () => {
  // Class 0 of task 1 has 0.3 of all, but 0.6 of its task; jointly class 0 of task 0 is the largest.
  const predictor = fake([2, 2], () => [0.4, 0.1, 0.3, 0.2]);
  const { joint, perTask } = await calibrationOf(predictor, [numbered(0, zeros(3)), numbered(3, zeros(5))]);
  expect(joint.images).toBe(8);
  expect(joint.error).toBeCloseTo(Math.abs(3 / 8 - 0.4), 4);
  expect(perTask.map((own) => own?.images)).toEqual([3, 5]);
  expect(perTask[0]?.error).toBeCloseTo(0.2, 4);
  expect(perTask[1]?.error).toBeCloseTo(0.4, 4);
});

it('has nothing for a task that the predictor is blind to, and measures the first images only when told so', async () => {
  const predictor = fake([2, 2], () => [0.4, 0.6, 0, 0], [1]);
  const { joint, perTask } = await calibrationOf(predictor, [numbered(0, zeros(3)), numbered(3, zeros(3))], 2);
  expect(perTask[1]).toBeNull();
  expect(perTask[0]?.images).toBe(2);
  expect(joint.images).toBe(4);
  expect(joint.error).toBeCloseTo(0.6, 4);
});

it('agrees with evaluate on real models and frees its tensors', async () => {
  const models = randomModels([smallMlp, smallMlp]);
  const tasks = models.map(({ architecture }, task): TaskImages => {
    const test = randomImages(architecture, 300, task);
    return { name: 'random', train: test, validation: test, test };
  });
  const predictor = ensemblePredictor(models);
  const before = tf.memory().numTensors;
  const { joint, perTask } = await calibrationOf(predictor, tasks);
  expect(tf.memory().numTensors).toBe(before);
  const score = await evaluate(predictor, tasks);
  const accuracy = ({ bins, images }: typeof joint) =>
    bins.reduce((sum, bin) => sum + (bin.accuracy ?? 0) * bin.images, 0) / images;
  expect(accuracy(joint)).toBeCloseTo(score.joint, 10);
  for (const [task, own] of perTask.entries()) {
    expect(own && accuracy(own)).toBeCloseTo(score.perTask[task] ?? Number.NaN, 10);
  }
  // Each mean confidence lies in its bin.
  for (const { from, to, confidence } of joint.bins) {
    if (confidence === null) continue;
    expect(confidence).toBeGreaterThan(from);
    expect(confidence).toBeLessThanOrEqual(to + 1e-12);
  }
  predictor.dispose();
});
