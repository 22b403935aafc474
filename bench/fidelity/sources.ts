/** The sources and images of the experiments: the demo pairs, and small networks trained here. */
import type { Architecture, Model } from '../../src/engine/architectures/model.ts';
import { readImageFile } from '../../src/engine/datasets/files/npz.ts';
import type { ImageFile } from '../../src/engine/datasets/image-file.ts';
import type { TaskImages } from '../../src/engine/datasets/images.ts';
import { taskImages, taskRows } from '../../src/engine/datasets/task.ts';
import { readNpz } from '../../src/engine/formats/npz.ts';
import type { MergeContext } from '../../src/engine/merging/method.ts';
import type { FsMergeOptions, Recipe } from '../../src/engine/recipe.ts';
import { trainClassifier } from '../../src/engine/training/classifier.ts';
import { Workspace } from '../../src/engine/workspace.ts';
import { openFile, readJson } from '../node.ts';

export type DemoName = 'mlp' | 'vit';

export interface Demo {
  title: string;
  recipe: Recipe;
  /** The recipe's method. */
  fsMerge: FsMergeOptions;
  /** Sources and tasks with so many training images each, drawn with the seed. */
  context(images?: number, seed?: number): Promise<MergeContext>;
}

export async function demo(name: DemoName): Promise<Demo> {
  const { recipe, files } = (await readJson(`public/demo/recipes/${name}-full.json`)) as {
    recipe: Recipe;
    files: string[];
  };
  if (recipe.method.name !== 'fs-merge') throw new Error('the demos are of FS-Merge');
  const workspace = new Workspace();
  for (const path of files) await workspace.add(await openFile(`public/demo/${path}`));
  return {
    title: name === 'mlp' ? 'Two digit experts, MLP' : 'Digits and clothes, ViT',
    recipe,
    fsMerge: { ...recipe.method, evaluateEvery: 0 },
    context(images, seed = recipe.seed) {
      const sources = recipe.sources.map((source) => ({
        ...source,
        images: source.images && { ...source.images, train: images ?? source.images.train },
      }));
      return workspace.context({ ...recipe, sources, seed });
    },
  };
}

const imageFiles = new Map<string, Promise<ImageFile>>();

/** The demo's images: "mnist" or "fashion-mnist". */
export function demoImages(name: string): Promise<ImageFile> {
  const known = imageFiles.get(name);
  if (known) return known;
  const reading = openFile(`public/demo/images/${name}.npz`)
    .then(readNpz)
    .then(readImageFile)
    .then((images) => {
      if (!images) throw new Error(`no images in ${name}`);
      return images;
    });
  imageFiles.set(name, reading);
  return reading;
}

/** A task of some classes, with so many training images drawn with the seed. */
export async function taskOf(file: string, labels: number[], train: number, seed: number): Promise<TaskImages> {
  const images = await demoImages(file);
  const recipe = { file, labels, train, augmented: 0, validation: 0 };
  return taskImages(images, `${file} ${labels.join(', ')}`, taskRows(images, file, recipe, labels.length, seed));
}

export interface TrainedSource {
  file: string;
  labels: number[];
  architecture: Architecture;
  epochs: number;
  learningRate: number;
  seed: number;
}

/** A network trained from scratch on all training images of its classes; another seed, another initialisation. */
export async function trainSource(source: TrainedSource): Promise<Model> {
  const { file, labels, architecture, epochs, learningRate, seed } = source;
  const { train } = await taskOf(file, labels, Number.MAX_SAFE_INTEGER, seed);
  const options = { epochs, batchSize: 64, learningRate, weightDecay: 1e-3, seed };
  const training = trainClassifier({ ...architecture, classes: labels.length }, train, options);
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value;
  }
}

export const contextOf = (models: readonly Model[], tasks: readonly TaskImages[], seed: number): MergeContext => ({
  models,
  tasks,
  alignment: { padding: 'end', resize: false },
  material: null,
  seed,
});
