import { describe, expect, it } from 'vitest';
import { fsMergeSchema, recipeSchema } from '../../engine/recipe.ts';
import type { Draft, DraftSource } from './draft.ts';
import {
  defaultBaselines,
  defaultFsMerge,
  effective,
  emptyDraft,
  freeColour,
  fromRecipe,
  settingKey,
  taskName,
  toRecipe,
} from './draft.ts';

const source = (file: string, changes: Partial<DraftSource> = {}): DraftSource => ({
  file,
  name: taskName(file),
  facts: {},
  texts: null,
  images: { file: 'mnist.npz', labels: [0, 1], train: 10, augmented: 0, validation: 0 },
  colour: 0,
  imagesByHand: true,
  ...changes,
});

const draft: Draft = { ...emptyDraft, sources: [source('a.pt'), source('b.pt', { colour: 1 })] };

describe('a draft', () => {
  it('starts with the defaults of the recipe', () => {
    expect(defaultFsMerge).toEqual(fsMergeSchema.parse({ name: 'fs-merge' }));
    for (const [name, options] of Object.entries(defaultBaselines)) {
      expect(options).toEqual(recipeSchema.shape.method.parse({ name }));
    }
  });

  it('keeps the options of another method, and comes back from its recipe', () => {
    const slerp = { name: 'slerp' as const, t: 0.25 };
    const chosen: Draft = { ...draft, method: 'slerp', baselines: { ...draft.baselines, slerp } };
    const recipe = toRecipe(chosen, '', 'vit');
    expect(recipe.method).toEqual(slerp);
    expect(fromRecipe(recipe)).toEqual(chosen);
  });

  it('gives a valid recipe, and comes back from it', () => {
    const recipe = toRecipe(draft, 'quiet heron', 'vit');
    expect(recipeSchema.parse(recipe)).toEqual(recipe);
    expect(fromRecipe(recipe)).toEqual(draft);
  });

  it('gives only the name of a method without options', () => {
    expect(toRecipe({ ...draft, method: 'average' }, '', 'vit').method).toEqual({ name: 'average' });
  });
});

describe('options that do not apply', () => {
  it('low-rank alone starts at random, whatever was chosen for the other kinds', () => {
    expect(effective({ ...defaultFsMerge, kind: 'low-rank' }, 'vit').initialisation).toBe('random');
    expect(effective({ ...defaultFsMerge, kind: 'full', initialisation: 'average' }, 'vit').initialisation).toBe(
      'average',
    );
  });

  it('only MLPs train layer by layer', () => {
    const local = { ...defaultFsMerge, scope: 'local' as const };
    expect(effective(local, 'mlp').scope).toBe('local');
    expect(effective(local, 'vit').scope).toBe('global');
  });

  it('only ViTs have heads, blocks and LayerNorms', () => {
    const vit = {
      ...defaultFsMerge,
      kind: 'attention-heads' as const,
      objective: 'inner' as const,
      inner: [{ block: 1, part: 'mlp' as const, weight: 1 }],
      merged: { width: 32, hidden: null, heads: 2, widths: [8] },
      freezeNorms: true,
    };
    expect(effective(vit, 'vit')).toEqual({ ...vit, merged: { ...vit.merged, widths: null } });
    expect(effective(vit, 'mlp')).toMatchObject({
      kind: 'diagonal+low-rank',
      objective: 'own',
      inner: [],
      merged: { width: null, hidden: null, heads: null, widths: [8] },
      freezeNorms: false,
    });
  });

  it('a warm start is kept for later, and used only when it is chosen', () => {
    const warm = { ...defaultFsMerge, warmStart: { from: 'supernet' as const, file: 'x' } };
    expect(effective(warm, 'vit').warmStart).toBeNull();
    expect(effective({ ...warm, kind: 'low-rank', initialisation: 'warm' }, 'vit').warmStart).toEqual(warm.warmStart);
  });

  it('a rate for diagonals needs diagonals', () => {
    const rate = { ...defaultFsMerge, diagonalLearningRate: 1e-3 };
    expect(effective(rate, 'vit').diagonalLearningRate).toBe(1e-3);
    expect(effective({ ...rate, kind: 'full' }, 'vit').diagonalLearningRate).toBeNull();
  });
});

it('freeColour is the lowest that is not taken', () => {
  expect(freeColour([])).toBe(0);
  expect(freeColour([source('a'), source('b', { colour: 2 })])).toBe(1);
});

it.each([
  ['vit-mnist.safetensors', 'vit-mnist'],
  ['vit-mnist.safetensors (2)', 'vit-mnist'],
  ['model.v2.pt', 'model.v2'],
  ['digits/model.safetensors (2)', 'digits'],
  ['expert.safetensors.index.json', 'expert'],
  ['expert.keras', 'expert'],
  ['.pt', '.pt'],
])('taskName(%j)', (file, name) => expect(taskName(file)).toBe(name));

describe('settingKey', () => {
  const images = { file: 'mnist.npz', labels: [0, 1], train: 10, augmented: 0, validation: 0 };
  const key = (changes: Partial<DraftSource>) =>
    settingKey(toRecipe({ ...draft, sources: [source('a.pt', changes), source('b.pt')] }, '', 'vit'));

  it('is the same whatever is trained, and however tasks are called', () => {
    expect(key({ name: 'digits', colour: 5, images: { ...images, train: 99 } })).toBe(key({}));
  });

  it('differs with the file, the facts, the images and their labels', () => {
    const others = [
      { file: 'c.pt' },
      { facts: { heads: 2 } },
      { texts: 'texts.npy' },
      { images: null },
      { images: { ...images, labels: [1, 0] } },
    ];
    for (const changes of others) expect(key(changes)).not.toBe(key({}));
  });
});
