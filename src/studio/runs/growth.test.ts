import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../../engine/recipe.ts';
import { defaultBaselines, defaultFsMerge, settingKey } from '../recipe/draft.ts';
import { growthLines, growthName, growthRecipes, imageCounts, imagesOf, isDone } from './growth.ts';
import { score, testRecipe, testRun } from './testing.ts';

const withImages = (train: number, method = testRecipe().method) => {
  const recipe = testRecipe(method);
  return {
    ...recipe,
    sources: recipe.sources.map((source) => ({ ...source, images: source.images && { ...source.images, train } })),
  };
};
const fsMerge = { ...defaultFsMerge, batchSize: 64, epochs: 15, initialisation: 'average' as const };
const done = (id: string, train: number, joint: number, method = testRecipe().method) =>
  testRun(id, {
    state: 'done',
    recipe: withImages(train, method),
    result: {
      method: method.name,
      score: score(joint, joint),
      reconstruction: [],
      seconds: 1,
      learnable: 1,
      steps: 1,
      merged: null,
    },
  });
const setting = settingKey(testRecipe());

describe('the runs as images grow', () => {
  it('go from 16 by doubling to all of them', () => {
    expect(imageCounts(withImages(500))).toEqual([16, 32, 64, 128, 256, 500]);
    expect(imageCounts(withImages(16))).toEqual([16]);
    expect(imageCounts(withImages(7))).toEqual([7]);
  });

  it('have about as many steps each, and distillation the training of FS-Merge', () => {
    const recipes = growthRecipes(withImages(500, fsMerge));
    expect(recipes).toHaveLength(12);
    for (const recipe of recipes) {
      expect(recipeSchema.parse(recipe)).toEqual(recipe);
      const { method } = recipe;
      if (!('epochs' in method)) throw new Error('this trains nothing');
      const steps = method.epochs * Math.ceil((2 * imagesOf(recipe)) / 64);
      expect(Math.abs(steps - 15 * 16)).toBeLessThan(16);
      expect(method).toMatchObject({ initialisation: 'average', learningRate: fsMerge.learningRate, batchSize: 64 });
    }
    expect(recipes[0]?.method.name).toBe('fs-merge');
    expect(recipes[1]?.method.name).toBe('distillation');
    expect(recipes.slice(0, 2).map(growthName)).toEqual(['16 images, merged', '16 images, distilled']);
    expect(growthRecipes(withImages(500, { name: 'average' }))).toEqual([]);
  });

  it('are done when a finished run had the same recipe, whatever its name', () => {
    const recipe = withImages(16);
    expect(isDone({ ...recipe, name: 'x' }, [done('a', 16, 0.5)])).toBe(true);
    expect(isDone(recipe, [{ ...done('a', 16, 0.5), state: 'stopped' }])).toBe(false);
    expect(isDone(recipe, [done('a', 32, 0.5)])).toBe(false);
  });
});

describe('the lines of the chart', () => {
  const distillation = defaultBaselines.distillation;

  it('join finished runs that differ in images and epochs alone', () => {
    const runs = [
      done('a', 64, 0.9),
      done('b', 16, 0.7, { ...defaultFsMerge, epochs: 3 }),
      done('c', 16, 0.6, distillation),
      done('d', 64, 0.8, distillation),
      done('e', 32, 0.1, { ...defaultFsMerge, rank: 3 }),
      { ...done('f', 32, 0.1), state: 'stopped' as const },
    ];
    const lines = growthLines(setting, runs);
    expect(lines.map(({ name }) => name)).toEqual(['FS-Merge', 'Distillation']);
    expect(lines[0]?.points.map(({ images, joint }) => [images, joint])).toEqual([
      [16, 0.7],
      [64, 0.9],
    ]);
    expect(growthLines('another setting', runs)).toEqual([]);
  });

  it('take the later of two runs, and are told apart when they are of one method', () => {
    const other = { ...defaultFsMerge, kind: 'full' as const };
    const runs = [done('a', 16, 0.1), done('b', 16, 0.2), done('c', 32, 0.3)];
    expect(growthLines(setting, runs)[0]?.points.map(({ joint }) => joint)).toEqual([0.2, 0.3]);
    const both = growthLines(setting, [...runs, done('d', 16, 0.4, other), done('e', 32, 0.5, other)]);
    expect(both.map(({ name }) => name)).toEqual([
      'FS-Merge, diagonal + low-rank · from first',
      'FS-Merge, full · from first',
    ]);
  });
});
