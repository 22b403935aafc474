/** What a recipe makes of loaded images, before anything is trained: the architecture, the images of each part, the steps. */
import type { Architecture } from '../architectures/model.ts';
import { plainVit } from '../architectures/model.ts';
import type { ImageFile } from '../datasets/image-file.ts';
import type { ImageSet } from '../datasets/images.ts';
import { mismatch } from '../datasets/match-source.ts';
import type { TaskRows } from '../datasets/task.ts';
import { taskRows } from '../datasets/task.ts';
import { StudioError } from '../errors.ts';
import { countSteps } from '../training/steps.ts';
import type { ScratchRecipe } from './recipe.ts';

/** Fewest training images of a class, held-out ones among them. */
const fewest = 10;

export interface ScratchPlan {
  architecture: Architecture;
  /** Rows of the images, none of them copied yet; `validation` is the held-out share. */
  rows: TaskRows;
  /** Names of the classes, in the order of the head. */
  classNames: string[];
  steps: number;
}

/** Throws `StudioError` with the first thing that keeps the network from being trained. */
export function planScratch(recipe: ScratchRecipe, images: ImageFile): ScratchPlan {
  const { labels, heldOut, seed } = recipe;
  checkClasses(recipe, images);
  const architecture = architectureOf(recipe, images.train.shape);
  const all = { file: images.file, labels, train: Number.MAX_SAFE_INTEGER, augmented: 0, validation: 0 };
  const available = taskRows(images, images.file, all, labels.length, seed).train.length;
  const validation = Math.round(heldOut * available);
  const task = { ...all, train: available - validation, validation };
  const rows = taskRows(images, images.file, task, labels.length, seed);
  return {
    architecture,
    rows,
    classNames: labels.map((label) => images.labelNames?.[label] ?? String(label)),
    steps: countSteps(recipe, rows.train.length),
  };
}

function checkClasses({ labels }: ScratchRecipe, { file, train }: ImageFile): void {
  if (labels.length < 2) {
    throw problem(
      'images',
      labels.length === 0
        ? `No class of ${file} is chosen.`
        : `Only class ${labels[0]} of ${file} is chosen, and a network of one class has nothing to tell apart.`,
      'Choose two classes or more.',
      file,
    );
  }
  const counts = countLabels(train);
  for (const label of labels) {
    const count = counts.get(label) ?? 0;
    if (count >= fewest) continue;
    throw problem(
      'images',
      `${file} has ${count === 0 ? 'no' : `only ${count}`} training images of class ${label}, too few to learn it from.`,
      `Choose classes of ${fewest} training images or more, or other images.`,
      file,
    );
  }
}

function countLabels({ labels }: ImageSet): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** ReLU in an MLP; in a ViT what is usual, class token, GELU and ε 1e-6. */
function architectureOf({ network, image, labels }: ScratchRecipe, shape: ImageSet['shape']): Architecture {
  const channels = shape[2];
  const classes = labels.length;
  const architecture: Architecture =
    network.kind === 'mlp'
      ? { kind: 'mlp', inputs: image ** 2 * channels, widths: network.widths, activation: 'relu', classes }
      : { ...plainVit, ...network, image, channels, epsilon: 1e-6, activation: 'gelu', classes };
  if (architecture.kind === 'vit') checkVit(architecture);
  const reason = mismatch(shape, architecture);
  if (reason !== null)
    throw problem('images', `The network cannot take the images: ${reason}.`, 'Choose others.', 'images');
  return architecture;
}

/** Most tokens of an image: attention grows with their square. */
const mostPatches = 256;

function checkVit({ image, patch, width, heads }: Extract<Architecture, { kind: 'vit' }>): void {
  if (image % patch !== 0) {
    throw problem(
      'recipe',
      `Patches of ${patch} px do not fill images of ${image} px.`,
      `Choose a divisor of ${image}: ${divisors(image).join(', ')}.`,
      'patch',
    );
  }
  if ((image / patch) ** 2 > mostPatches) {
    throw problem(
      'recipe',
      `Patches of ${patch} px cut an image of ${image} px into ${(image / patch) ** 2} tokens, more than ${mostPatches}.`,
      'Choose larger patches or smaller images.',
      'patch',
    );
  }
  if (width % heads !== 0) {
    throw problem(
      'recipe',
      `${heads} heads do not divide the width ${width}.`,
      'Choose other heads or another width.',
      'heads',
    );
  }
}

const divisors = (whole: number): number[] =>
  Array.from({ length: whole - 1 }, (_, index) => index + 1).filter(
    (part) => whole % part === 0 && (whole / part) ** 2 <= mostPatches,
  );

const problem = (kind: 'images' | 'recipe', message: string, advice: string, subject: string): StudioError =>
  new StudioError({ kind, message, advice, subject });
