import { describe, expect, it } from 'vitest';
import { jointClasses } from './joint-classes.ts';
import { testRecipe } from './testing.ts';

const label = (number: number, name: string | null) => ({ label: number, name, train: 1, test: 1 });

describe('jointClasses', () => {
  it('have the task before names that several tasks have', () => {
    const images = { 'mnist.npz': { labels: [label(0, 'Trouser'), label(1, null)] } };
    expect(jointClasses(testRecipe(), images)).toEqual([
      { task: 0, label: 'Trouser', name: 'digits · Trouser' },
      { task: 0, label: '1', name: 'digits · 1' },
      { task: 1, label: 'Trouser', name: 'clothes · Trouser' },
      { task: 1, label: '1', name: 'clothes · 1' },
    ]);
  });

  it('go by their own names where these tell them apart, and by number where no image file is loaded', () => {
    const recipe = testRecipe();
    const sources = recipe.sources.map((source, task) => ({
      ...source,
      images: source.images && { ...source.images, labels: [2 * task, 2 * task + 1] },
    }));
    expect(jointClasses({ ...recipe, sources }, {}).map(({ name }) => name)).toEqual(['0', '1', '2', '3']);
  });
});
