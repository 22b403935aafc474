import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../engine/recipe.ts';
import { defaultBaselines, defaultFsMerge } from '../recipe/draft.ts';
import { differences, differenceText } from './differences.ts';
import { testRecipe } from './testing.ts';

const told = (...recipes: Recipe[]) => differences(recipes).map(differenceText);
const fsMerge = (changes: Partial<typeof defaultFsMerge>) => testRecipe({ ...defaultFsMerge, ...changes });

describe('differences', () => {
  it('are none between a recipe and itself, whatever it is called', () => {
    expect(told(testRecipe(), { ...testRecipe(), name: 'quiet heron' })).toEqual([]);
    expect(told(testRecipe())).toEqual([]);
  });

  it('name the option and each value', () => {
    expect(
      told(
        fsMerge({ initialisation: 'first' }),
        fsMerge({ initialisation: 'average', learningRate: 1e-5 }),
        fsMerge({ initialisation: 'random', kind: 'full' }),
      ),
    ).toEqual([
      'matrices: diagonal + low-rank / diagonal + low-rank / full',
      'rank: 12 / 12 / –',
      'initialisation: first / average / random',
      'learning rate: 0.0001 / 1e-5 / 0.0001',
    ]);
  });

  it('say what only some methods have', () => {
    const all = told(fsMerge({}), testRecipe(defaultBaselines.distillation));
    expect(all).toContain('method: FS-Merge / Distillation');
    expect(all).toContain('rank: 12 / –');
    expect(all).not.toContain('objective: own / own');
  });

  it('see sources, images, sizes and the seed', () => {
    const base = testRecipe();
    const [first, second] = base.sources as [Recipe['sources'][number], Recipe['sources'][number]];
    const images = { ...(first.images as NonNullable<typeof first.images>), train: 2000, labels: [3, 4] };
    const changed = { ...base, sources: [{ ...first, images, facts: { heads: 4 } }, second], seed: 7 };
    const merged = { ...defaultFsMerge.merged, width: 96 };
    expect(told(base, changed)).toEqual([
      'labels of source 1: 0, 1 / 3, 4',
      'images to train on of source 1: 10 / 2,000',
      'seed: 1 / 7',
      'heads of source 1: – / 4',
    ]);
    expect(told(fsMerge({}), fsMerge({ merged }))).toEqual(['merged size: – / width 96']);
  });
});
