import { describe, expect, it } from 'vitest';
import type { ImageFile } from './image-file.ts';
import type { ImageSet } from './images.ts';
import { taskImages, taskRows, withAugmented } from './task.ts';

/** Every image is its own number, so that it can be told again. */
const numbered = (from: number, count: number): ImageSet => ({
  count,
  shape: [1, 1, 1],
  pixels: Float32Array.from({ length: count }, (_, row) => from + row),
  labels: Int32Array.from({ length: count }, (_, row) => row % 4),
});

const file: ImageFile = {
  file: 'numbers.npz',
  train: numbered(0, 100),
  test: numbered(1000, 40),
  split: '',
  labelNames: null,
  notes: [],
};
const chosen = { file: 'numbers.npz', labels: [3, 1], train: 20, augmented: 0, validation: 10 };
const task = (changes: Partial<typeof chosen> = {}, seed = 1) =>
  taskImages(file, 'task', taskRows(file, 'task', { ...chosen, ...changes }, 2, seed));

describe('images of a task', () => {
  it('are drawn apart for training, validation and testing', () => {
    const { train, validation, test } = task();
    const sets = [train, validation, test].map(({ pixels }) => [...pixels]);
    expect(sets.map((set) => set.length)).toEqual([20, 10, 20]);
    expect(new Set(sets.flat()).size).toBe(50);
    expect(sets[2]?.every((pixel) => pixel >= 1000)).toBe(true);
    expect([...(sets[0] ?? []), ...(sets[1] ?? [])].every((pixel) => pixel < 100)).toBe(true);
  });

  it('have the labels of the task, in its order', () => {
    for (const { pixels, labels } of Object.values(task()).filter((set) => typeof set === 'object')) {
      for (const [row, pixel] of pixels.entries()) expect([3, 1][labels[row] ?? -1]).toBe(pixel % 4);
    }
  });

  it('are the same for the same seed, and the training images do not depend on the validation', () => {
    expect(task()).toEqual(task());
    expect(task({}, 2).train.pixels).not.toEqual(task().train.pixels);
    expect(task({ validation: 0 }).train).toEqual(task().train);
  });

  it('cannot be more than there are', () => {
    expect(task({ train: 50, validation: 0 }).train.count).toBe(50);
    expect(() => task({ train: 45 })).toThrow(/45 to train on leave 5, not 10, for validation/);
  });
});

describe('augmented images', () => {
  const options = { crop: true, flip: true, tone: true };

  it('follow the drawn ones, made from them alone', () => {
    const before = task();
    const after = withAugmented(before, 30, options, 1);
    expect(after.train.count).toBe(50);
    expect(after.train.pixels.slice(0, 20)).toEqual(before.train.pixels);
    expect(after.train.labels.slice(0, 20)).toEqual(before.train.labels);
    expect(after.test).toBe(before.test);
    expect(after.validation).toBe(before.validation);
    const plain = withAugmented(before, 30, { crop: false, flip: false, tone: false }, 1);
    const originals = new Set(before.train.pixels);
    for (const pixel of plain.train.pixels) expect(originals.has(pixel)).toBe(true);
  });

  it('are the same for the same seed; none leave the task as it is', () => {
    expect(withAugmented(task(), 30, options, 1)).toEqual(withAugmented(task(), 30, options, 1));
    expect(withAugmented(task(), 30, options, 2).train.pixels).not.toEqual(
      withAugmented(task(), 30, options, 1).train.pixels,
    );
    const before = task();
    expect(withAugmented(before, 0, options, 1)).toBe(before);
  });
});
