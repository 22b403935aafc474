import { describe, expect, it } from 'vitest';
import { parseScratch } from '../../engine/scratch/recipe.ts';
import type { OwnDraft } from './own-draft.ts';
import { firstOwnDraft, presetOf, toTrainings, usualPatch, withImages, withPreset } from './own-draft.ts';
import { imagesInfo } from './testing.ts';

const draft = withImages(firstOwnDraft, imagesInfo('mnist.npz'));
const presets = ['small', 'medium', 'large'] as const;

describe('two networks of one’s own', () => {
  it('share the classes of the images, and are named by them', () => {
    expect(toTrainings(draft).map(({ name }) => name)).toEqual(['mnist 0–4, seed 1', 'mnist 5–9, seed 2']);
    const few = withImages(firstOwnDraft, imagesInfo('cats/and dogs.zip', 3));
    expect(toTrainings(few).map(({ name }) => name)).toEqual([
      'cats-and dogs 0–2, seed 1',
      'cats-and dogs 0–2, seed 2',
    ]);
    expect(toTrainings(firstOwnDraft)).toEqual([]);
  });

  it.each(['mlp', 'vit'] as const)('are whole recipes in every preset: %s', (kind) => {
    for (const name of presets) {
      const chosen: OwnDraft = { ...draft, kind, ...withPreset({ ...draft, kind }, name) };
      expect(presetOf(chosen)).toBe(name);
      for (const { recipe } of toTrainings(chosen)) expect(parseScratch(recipe)).toEqual(recipe);
    }
    expect(presetOf({ ...draft, kind, widths: [5], vit: { ...draft.vit, width: 5 } })).toBeNull();
  });

  it('take large images smaller, and cut any size into patches', () => {
    expect(withImages(draft, imagesInfo('x', 4, { shape: [300, 200, 3] }))).toMatchObject({
      image: 32,
      vit: { patch: 8 },
    });
    expect([28, 32, 30, 31, 4].map(usualPatch)).toEqual([7, 8, 6, 1, 1]);
  });
});
