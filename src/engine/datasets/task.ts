/** From a file of images to one task: its labels become classes, some of its images are drawn for training. */
import { StudioError } from '../errors.ts';
import { permutation, seededRandom } from '../random.ts';
import type { TaskImages as TaskRecipe } from '../recipe.ts';
import type { ImageFile } from './image-file.ts';
import { selectImages } from './image-file.ts';
import type { ImageSet, TaskImages } from './images.ts';

/**
 * The images whose label is one of the task's, labels turned into classes 0, 1, … in the recipe's order. `train` of the
 * training images are drawn with the seed; test images are all kept. Throws `StudioError` when a label is unknown or none fits.
 */
export function taskImages(
  images: ImageFile,
  name: string,
  recipe: TaskRecipe,
  classes: number,
  seed: number,
): TaskImages {
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
  const train = ofTask(images.train, classOf);
  const test = ofTask(images.test, classOf);
  for (const [set, part] of [
    [train, 'training'],
    [test, 'held-out'],
  ] as const) {
    if (set.count > 0) continue;
    throw problem(
      `${images.file} has no ${part} images with the labels of task "${name}" (${recipe.labels.join(', ')}).`,
      'Choose other labels or another file.',
    );
  }
  const order = permutation(train.count, seededRandom(seed));
  return { name, train: selectImages(train, order.subarray(0, Math.min(recipe.train, train.count))), test };
}

function ofTask(images: ImageSet, classOf: ReadonlyMap<number, number>): ImageSet {
  const rows: number[] = [];
  for (let row = 0; row < images.count; row++) if (classOf.has(images.labels[row] ?? -1)) rows.push(row);
  const selected = selectImages(images, rows);
  return { ...selected, labels: selected.labels.map((label) => classOf.get(label) ?? -1) };
}
