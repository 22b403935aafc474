import { describe, expect, it } from 'vitest';
import type { MethodName, Recipe } from '../../engine/recipe.ts';
import { unfinishedRecipeSchema } from '../../engine/recipe.ts';
import { defaultBaselines, defaultFsMerge, emptyDraft, toRecipe } from '../recipe/draft.ts';
import { testRecipe } from '../runs/testing.ts';
import { linkHash, readHash } from './link.ts';

/** As an address bar hands it back. */
const throughAddress = (hash: string): string => new URL(`https://studio.example/${hash}`).hash;

function readBack(recipe: Recipe): Recipe {
  const read = readHash(throughAddress(linkHash(recipe)));
  if (!read || !('value' in read)) throw new Error(read?.problem ?? 'no recipe');
  return unfinishedRecipeSchema.parse(read.value);
}

describe('a recipe in a link', () => {
  it.each(['fs-merge', ...Object.keys(defaultBaselines)] as MethodName[])('%s comes back as it was', (name) => {
    const recipe = testRecipe(name === 'fs-merge' ? defaultFsMerge : defaultBaselines[name]);
    expect(readBack(recipe)).toEqual(recipe);
  });

  it('keeps every option, and names with any letters', () => {
    const [first, second] = testRecipe().sources as [Recipe['sources'][0], Recipe['sources'][0]];
    const recipe: Recipe = {
      ...testRecipe({
        ...defaultFsMerge,
        kind: 'full',
        initialisation: 'warm',
        warmStart: { from: 'target', file: 'a b & c=(1) [x].pt' },
        merged: { width: 96, hidden: null, heads: 6, widths: null },
        inner: [{ block: 2, part: 'mlp', weight: 0.5 }],
        learningRate: 3e-7,
        patience: 3,
      }),
      sources: [
        {
          ...first,
          name: `„ä"'; %20 {!}+✓`,
          facts: { heads: 3, mean: [0.5, 0.25], std: [1, 2] },
          texts: 'clip/texts.npy',
          images: { file: 'x.npz', labels: [9, 0, 1, 2, 3, 7], train: 5, augmented: 4, validation: 3 },
        },
        { ...second, images: null },
      ],
      alignment: { padding: 'spread', resize: false },
      augmentation: { crop: true, flip: false, tone: true },
      seed: 7,
    };
    expect(readBack(recipe)).toEqual(recipe);
  });

  it('says what differs from the defaults, and can be read', () => {
    expect(linkHash(toRecipe(emptyDraft, '', null))).toBe('');
    const [source] = testRecipe().sources;
    const recipe = { ...testRecipe({ ...defaultFsMerge, rank: 4 }), sources: source ? [source] : [], seed: 2 };
    expect(linkHash(recipe)).toBe(
      "#recipe='sources':!('file':'digits.pt','images':('file':'mnist.npz','labels':'0,1','train':10));,'method':('name':'fs-merge','rank':4),'seed':2&v=1",
    );
  });

  it('keeps a task that has no labels yet', () => {
    const [source] = testRecipe().sources;
    if (!source?.images) throw new Error('no images');
    const recipe = { ...testRecipe(), sources: [{ ...source, images: { ...source.images, labels: [] } }] };
    expect(readBack(recipe)).toEqual(recipe);
  });

  it('says why it cannot be read', () => {
    const hash = linkHash(testRecipe());
    expect(readHash('#other')).toBeNull();
    expect(readHash(hash.slice(0, 60))).toEqual({ problem: 'its end is cut off' });
    expect(readHash(hash.replace('(', ''))).toEqual({ problem: 'it was changed on its way' });
    expect(readHash(hash.replace('v=1', 'v=2'))).toEqual({ problem: 'it was made by a newer studio' });
    expect(readHash('#recipe=%E0%A4%A&v=1')).toEqual({ problem: 'it was changed on its way' });
  });
});
