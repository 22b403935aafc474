/** Runs and scores for tests. */
import type { MethodRecipe, Recipe } from '../../engine/recipe.ts';
import type { Score } from '../../worker/protocol.ts';
import { defaultFsMerge, emptyDraft } from '../recipe/draft.ts';
import type { Run } from './run.ts';
import { newRun } from './run.ts';

export const testRecipe = (method: MethodRecipe = defaultFsMerge, images = 'mnist.npz'): Recipe => ({
  version: 1,
  name: '',
  sources: ['digits', 'clothes'].map((name) => ({
    file: `${name}.pt`,
    name,
    facts: {},
    texts: null,
    images: { file: images, labels: [0, 1], train: 10, augmented: 0, validation: 0 },
  })),
  alignment: emptyDraft.alignment,
  augmentation: emptyDraft.augmentation,
  method,
  seed: 1,
});

export const testRun = (id: string, changes: Partial<Run> = {}): Run => ({
  ...newRun({ id, name: id, recipe: testRecipe(), colours: [0, 1], origin: 'person' }),
  ...changes,
});

export const score = (first: number, second: number): Score => ({
  perTask: [first, second],
  jointPerTask: [first, second],
  joint: (first + second) / 2,
  images: [50, 50],
});
