/** From a file of images to one task: its labels become classes, some of its images are drawn for training. */
import { StudioError } from '../errors.ts';
import { permutation, seededRandom } from '../random.ts';
import type { AugmentationOptions, TaskImages as TaskRecipe } from '../recipe.ts';
import { augmentImages } from './augment.ts';
import type { ImageFile } from './image-file.ts';
import { joinImages, selectImages } from './image-file.ts';
import type { ImageSet, TaskImages } from './images.ts';

/** Rows of a file of images that a task uses, none of them copied yet. */
export interface TaskRows {
  train: Uint32Array;
  validation: Uint32Array;
  test: Uint32Array;
  /** Label of the file → class of the head. */
  classOf: ReadonlyMap<number, number>;
}

/**
 * The images whose label is one of the task's. `train` of the training images are drawn with the seed, and the validation
 * images from those that are left; test images are all kept. Throws `StudioError` when a label is unknown, or none or too few
 * images fit.
 */
export function taskRows(images: ImageFile, name: string, recipe: TaskRecipe, classes: number, seed: number): TaskRows {
  const problem = (message: string, advice: string) =>
    new StudioError({ kind: 'images', message, advice, subject: images.file });
  if (recipe.labels.length !== classes) {
    throw problem(
      `Task "${name}" names ${recipe.labels.length} labels of ${images.file}, but its head has ${classes} classes.`,
      `Name ${classes} labels, in the order of the head's classes.`,
    );
  }
  const classOf = new Map(recipe.labels.map((label, index) => [label, index]));
  if (classOf.size !== recipe.labels.length)
    throw problem(`Task "${name}" names a label twice.`, 'Name each label once.');
  const all = rowsWith(images.train, classOf);
  const test = rowsWith(images.test, classOf);
  for (const [rows, part] of [
    [all, 'training'],
    [test, 'held-out'],
  ] as const) {
    if (rows.length > 0) continue;
    throw problem(
      `${images.file} has no ${part} images with the labels of task "${name}" (${recipe.labels.join(', ')}).`,
      'Choose other labels or another file.',
    );
  }
  const drawn = Math.min(recipe.train, all.length);
  if (recipe.validation > all.length - drawn) {
    throw problem(
      `Task "${name}" has ${all.length} training images: ${drawn} to train on leave ${all.length - drawn}, not ${recipe.validation}, for validation.`,
      'Train on fewer images, or hold fewer out.',
    );
  }
  const order = permutation(all.length, seededRandom(seed)).map((place) => all[place] ?? 0);
  const validation = order.subarray(drawn, drawn + recipe.validation);
  return { train: order.subarray(0, drawn), validation, test, classOf };
}

/** The images of a task, labels turned into classes 0, 1, … in the recipe's order; augmented ones are not made yet. */
export function taskImages(
  images: ImageFile,
  name: string,
  { train, validation, test, classOf }: TaskRows,
): TaskImages {
  const take = (set: ImageSet, rows: Uint32Array): ImageSet => {
    const selected = selectImages(set, rows);
    return { ...selected, labels: selected.labels.map((label) => classOf.get(label) ?? -1) };
  };
  return {
    name,
    train: take(images.train, train),
    validation: take(images.train, validation),
    test: take(images.test, test),
  };
}

/** The task with augmented training images after the drawn ones, the same for the same seed. */
export function withAugmented(task: TaskImages, count: number, options: AugmentationOptions, seed: number): TaskImages {
  if (count === 0) return task;
  const augmented = augmentImages(task.train, count, options, seededRandom(seed + 2));
  return { ...task, train: joinImages(task.train, augmented) };
}

function rowsWith({ count, labels }: ImageSet, classOf: ReadonlyMap<number, number>): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (classOf.has(labels[row] ?? -1)) rows.push(row);
  return Uint32Array.from(rows);
}
