import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Perceptron } from '../architectures/model.ts';
import type { TaskImages } from '../datasets/images.ts';
import { randomImages, randomModels } from '../merging/fs-merge/testing.ts';
import { smallMlp } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { argmax, confusedPairs, confusionOf, eachReading } from './confusion.ts';
import type { Predictor } from './evaluate.ts';
import { evaluate } from './evaluate.ts';
import { ensemblePredictor, sourcePredictor } from './predictors.ts';

beforeAll(() => useNodeBackend('cpu'));

const onePixel: Perceptron = { kind: 'mlp', inputs: 1, widths: [], activation: 'identity', classes: 1 };

/** A task whose images are one pixel each: the image's place in `logits` of `fake`. */
const numbered = (first: number, labels: number[]): TaskImages => {
  const images = {
    count: labels.length,
    shape: [1, 1, 1] as const,
    pixels: Float32Array.from(labels, (_, row) => first + row),
    labels: Int32Array.from(labels),
  };
  return { name: 'numbered', train: images, validation: images, test: images };
};

/** Gives each numbered image its row of logits. */
const fake = (
  classes: number[],
  logits: (image: number) => { perTask: number[]; joint: number[] },
  blind: number[] = [],
): Predictor => ({
  classes,
  blind,
  logits(inputs) {
    const rows = [...inputs(onePixel).dataSync()].map(logits);
    return { perTask: tf.tensor2d(rows.map((row) => row.perTask)), joint: tf.tensor2d(rows.map((row) => row.joint)) };
  },
});

// Two tasks of two and three classes; the joint logits of an image are not those of its task.
const table = [
  { perTask: [2, 1, 9, 9, 9], joint: [5, 1, 0, 0, 0] }, // task 0, class 0: right, right
  { perTask: [2, 1, 9, 9, 9], joint: [0, 1, 0, 0, 5] }, // task 0, class 1: read as 0, as joint class 4
  { perTask: [0, 1, 9, 9, 9], joint: [0, 1, 7, 0, 5] }, // task 0, class 1: right, as joint class 2
  { perTask: [9, 9, 0, 3, 1], joint: [0, 1, 0, 6, 0] }, // task 1, class 1: right, right
  { perTask: [9, 9, 5, 3, 1], joint: [0, 8, 0, 6, 0] }, // task 1, class 2: read as 0, as joint class 1
  { perTask: [9, 9, 5, 3, 1], joint: [0, 8, 0, 6, 9] }, // task 1, class 2: read as 0, right
];
const tasks = [numbered(0, [0, 1, 1]), numbered(3, [1, 2, 2])];
const known = (image: number) => table[image] ?? { perTask: [], joint: [] };

describe('the confusion of a predictor with known logits', () => {
  it('counts true classes by row and predicted ones by column', async () => {
    const confusion = await confusionOf(fake([2, 3], known), tasks);
    expect(confusion.classes).toEqual([2, 3]);
    expect(confusion.offsets).toEqual([0, 2]);
    expect(confusion.size).toBe(5);
    expect(confusion.images).toEqual([3, 3]);
    expect([...confusion.joint]).toEqual(
      [
        [1, 0, 0, 0, 0],
        [0, 0, 1, 0, 1],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1],
      ].flat(),
    );
    expect(confusion.perTask.map((matrix) => [...(matrix ?? [])])).toEqual([
      [1, 0, 1, 1],
      [0, 0, 0, 0, 1, 0, 2, 0, 0],
    ]);
  });

  it('names the images that are misread jointly, the first few of each task', async () => {
    const all = await confusionOf(fake([2, 3], known), tasks);
    expect(all.misread).toEqual([
      [
        { row: 1, label: 1, predicted: 4 },
        { row: 2, label: 1, predicted: 2 },
      ],
      [{ row: 1, label: 4, predicted: 1 }],
    ]);
    const few = await confusionOf(fake([2, 3], known), tasks, 3, 1);
    expect(few.misread.map((rows) => rows.map(({ row }) => row))).toEqual([[1], [1]]);
  });

  it('measures only the first images when told so', async () => {
    const { images, joint, misread } = await confusionOf(fake([2, 3], known), tasks, 1);
    expect(images).toEqual([1, 1]);
    expect([...joint.entries()].filter(([, n]) => n > 0)).toEqual([
      [0, 1],
      [18, 1],
    ]);
    expect(misread).toEqual([[], []]);
  });

  it('has no matrix for a task that the predictor is blind to, but counts it jointly', async () => {
    const { perTask, joint } = await confusionOf(fake([2, 3], known, [1]), tasks);
    expect(perTask[0]).toHaveLength(4);
    expect(perTask[1]).toBeNull();
    expect(joint.reduce((sum, n) => sum + n, 0)).toBe(6);
  });

  it('keeps its rows over several batches', async () => {
    const label = (row: number) => (row % 7 < 3 ? 0 : 1);
    const labels = Array.from({ length: 601 }, (_, row) => label(row));
    // Only image 600, of class 1, is misread, and only jointly.
    const predictor = fake([2], (image) => {
      const right = label(image) === 0 ? [1, 0] : [0, 1];
      return { perTask: right, joint: image === 600 ? [1, 0] : right };
    });
    const confusion = await confusionOf(predictor, [numbered(0, labels)]);
    expect([...confusion.joint]).toEqual([258, 0, 1, 342]);
    expect([...(confusion.perTask[0] ?? [])]).toEqual([258, 0, 0, 343]);
    expect(confusion.misread).toEqual([[{ row: 600, label: 1, predicted: 0 }]]);
    const rows: number[] = [];
    await eachReading(predictor, [numbered(0, labels)], 502, ({ row }) => rows.push(row));
    expect(rows).toEqual(Array.from({ length: 502 }, (_, row) => row));
  });
});

describe('the confusion of real models', () => {
  const measured = (architecture: Perceptron, task: number): TaskImages => {
    const test = randomImages(architecture, 40 + task, 50 + task);
    return { name: `task ${task}`, train: test, validation: test, test };
  };
  const trace = (matrix: Uint32Array, size: number, from = 0, to = size) =>
    matrix.reduce((sum, n, index) => {
      const row = Math.floor(index / size);
      return row === index % size && row >= from && row < to ? sum + n : sum;
    }, 0);

  const equal = [smallMlp, { ...smallMlp, classes: 4 }];
  const unequal = [smallMlp, { ...smallMlp, widths: [8, 7], classes: 4 }];

  it.each([
    { name: 'an ensemble', predictor: () => ensemblePredictor(randomModels(equal)), blind: [] },
    { name: 'a source', predictor: () => sourcePredictor(randomModels(equal), 1), blind: [] },
    { name: 'a source blind to a task', predictor: () => sourcePredictor(randomModels(unequal), 0), blind: [1] },
  ])('has the hits of evaluate on its diagonals: $name', async ({ predictor, blind }) => {
    const before = tf.memory().numTensors;
    const made = predictor();
    const tasks = equal.map(measured);
    const held = tf.memory().numTensors;
    const { joint, perTask, size, offsets, classes } = await confusionOf(made, tasks);
    expect(tf.memory().numTensors).toBe(held);
    const score = await evaluate(made, tasks);
    made.dispose();
    expect(tf.memory().numTensors).toBe(before);

    expect(size).toBe(7);
    expect(trace(joint, size)).toBe(Math.round(score.joint * 81));
    for (const [task, { test }] of tasks.entries()) {
      const first = offsets[task] ?? 0;
      const own = trace(joint, size, first, first + (classes[task] ?? 0));
      expect(own / test.count).toBe(score.jointPerTask[task]);
      const matrix = perTask[task];
      if (blind.includes(task)) expect(matrix).toBeNull();
      else expect(trace(matrix ?? new Uint32Array(), classes[task] ?? 0) / test.count).toBe(score.perTask[task]);
    }
    expect(score.perTask.filter((share) => share === null)).toHaveLength(blind.length);
  });
});

it('names the most confused pairs, and no hits', () => {
  const joint = Uint32Array.of(90, 2, 0, 5, 80, 2, 0, 0, 70);
  expect(confusedPairs({ joint, size: 3 }, 2)).toEqual([
    { label: 1, predicted: 0, images: 5 },
    { label: 0, predicted: 1, images: 2 },
  ]);
  expect(confusedPairs({ joint: Uint32Array.of(9, 0, 0, 9), size: 2 }, 2)).toEqual([]);
});

it('takes the first of equal logits', () => {
  expect(argmax(Float32Array.of(1, 3, 3, 2))).toBe(1);
  expect(argmax(Float32Array.of(Number.NEGATIVE_INFINITY, -4, -5))).toBe(1);
});
