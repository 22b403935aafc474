/** Which classes a predictor mistakes for which others, over all tasks together and within each. */
import type { ImageSet, TaskImages } from '../datasets/images.ts';
import type { Predictor } from './evaluate.ts';
import { predict } from './evaluate.ts';

export interface Confusion {
  /** Classes of each task. */
  classes: number[];
  /** Joint class that each task's class 0 is. */
  offsets: number[];
  /** C, the classes of all tasks together. */
  size: number;
  /** Held-out images counted, by true class (row) and argmax over all tasks' logits (column): `[C, C]`, row-major. */
  joint: Uint32Array;
  /** The same within each task, argmax over its own logits: `[classes, classes]`; null where there are no logits. */
  perTask: (Uint32Array | null)[];
  /** For each task the first images that are misread jointly. */
  misread: Misread[][];
  /** Held-out images counted, for each task. */
  images: number[];
}

export interface Misread {
  /** Index into the task's test images. */
  row: number;
  /** True joint class. */
  label: number;
  /** Joint class that it is taken for. */
  predicted: number;
}

/**
 * Confusion matrices on the tasks' held-out images, the first `limit` of each. Hits lie on the diagonals, so these sum to
 * the hits of `evaluate`. Keeps at most `examples` misread images of each task.
 */
export async function confusionOf(
  predictor: Predictor,
  tasks: readonly TaskImages[],
  limit = Number.POSITIVE_INFINITY,
  examples = 12,
): Promise<Confusion> {
  const { classes } = predictor;
  const offsets = classOffsets(classes);
  const size = sumOf(classes);
  const confusion: Confusion = {
    classes: [...classes],
    offsets,
    size,
    joint: new Uint32Array(size * size),
    perTask: tasks.map((_, task) => (isBlind(predictor, task) ? null : new Uint32Array((classes[task] ?? 0) ** 2))),
    misread: tasks.map(() => []),
    images: tasks.map(() => 0),
  };
  await eachReading(predictor, tasks, limit, ({ task, row, label, own, joint }) => {
    const truth = (offsets[task] ?? 0) + label;
    const predicted = argmax(joint);
    addOne(confusion.joint, truth * size + predicted);
    const matrix = confusion.perTask[task];
    if (matrix) addOne(matrix, label * (classes[task] ?? 0) + argmax(own));
    const misread = confusion.misread[task];
    if (misread && predicted !== truth && misread.length < examples) misread.push({ row, label: truth, predicted });
    addOne(confusion.images, task);
  });
  return confusion;
}

export interface ConfusedPair {
  /** True joint class. */
  label: number;
  /** Joint class that it is taken for. */
  predicted: number;
  images: number;
}

/** The pairs of joint classes that are confused most, at most `most`; the first of equal ones by true class comes first. */
export function confusedPairs({ joint, size }: Pick<Confusion, 'joint' | 'size'>, most: number): ConfusedPair[] {
  const pairs: ConfusedPair[] = [];
  for (const [index, images] of joint.entries()) {
    const label = Math.floor(index / size);
    const predicted = index % size;
    if (images > 0 && label !== predicted) pairs.push({ label, predicted, images });
  }
  return pairs.sort((a, b) => b.images - a.images).slice(0, most);
}

/** What a predictor says of one held-out image. */
export interface Reading {
  task: number;
  /** Index into the task's test images. */
  row: number;
  /** True class within the task. */
  label: number;
  /** Logits of the task's own classes, `[classes]`. */
  own: Float32Array;
  /** Logits of all tasks' classes, `[C]`. */
  joint: Float32Array;
}

const batchSize = 250;

/** Shows `visit` each task's held-out images in turn, the first `limit` of each. */
export async function eachReading(
  predictor: Predictor,
  tasks: readonly TaskImages[],
  limit: number,
  visit: (reading: Reading) => void,
): Promise<void> {
  for (const [task, { test }] of tasks.entries()) {
    const count = Math.min(limit, test.count);
    for (let from = 0; from < count; from += batchSize) {
      await readBatch(predictor, task, test, from, Math.min(count, from + batchSize), visit);
    }
  }
}

async function readBatch(
  predictor: Predictor,
  task: number,
  images: ImageSet,
  from: number,
  to: number,
  visit: (reading: Reading) => void,
): Promise<void> {
  const { classes } = predictor;
  const size = sumOf(classes);
  const offset = classOffsets(classes)[task] ?? 0;
  const { perTask, joint } = await predict(predictor, images, from, to);
  for (let row = from; row < to; row++) {
    const first = (row - from) * size;
    visit({
      task,
      row,
      label: images.labels[row] ?? 0,
      own: perTask.subarray(first + offset, first + offset + (classes[task] ?? 0)),
      joint: joint.subarray(first, first + size),
    });
  }
}

/** Joint class that each task's class 0 is. */
export const classOffsets = (classes: readonly number[]): number[] =>
  classes.map((_, task) => sumOf(classes.slice(0, task)));

/** Whether a predictor has no logits for a task. */
export const isBlind = ({ blind }: Predictor, task: number): boolean => blind?.includes(task) ?? false;

/** Index of the largest value, the first of equal ones as in `evaluate`. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) {
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  }
  return best;
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

function addOne(counts: Uint32Array | number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
