import { beforeAll, describe, expect, it } from 'vitest';
import type { Recipe } from './recipe.ts';
import { recipeSchema } from './recipe.ts';
import { readFixture, useNodeBackend } from './testing/node.ts';
import { Workspace } from './workspace.ts';

beforeAll(() => useNodeBackend('cpu'));

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Changes a good recipe of two ViTs. */
function recipe(change: (recipe: Recipe) => void = () => {}): Recipe {
  const good = recipeSchema.parse({
    sources: [
      { file: 'vit-mnist.safetensors', name: 'digits', images: { file: 'mnist.npz', labels: digits, train: 50 } },
      {
        file: 'vit-fashion-mnist.safetensors',
        name: 'clothes',
        images: { file: 'fashion-mnist.npz', labels: digits, train: 50 },
      },
    ],
    method: { name: 'fs-merge' },
  });
  change(good);
  return good;
}

async function workspace(): Promise<Workspace> {
  const loaded = new Workspace();
  for (const path of [
    'vit/vit-mnist.safetensors',
    'vit/vit-fashion-mnist.safetensors',
    'mlp/mlp-mnist-0to4.pt',
    'images/mnist.npz',
    'images/fashion-mnist.npz',
  ]) {
    await loaded.add(await readFixture(`public/demo/${path}`));
  }
  return loaded;
}

const first = (change: Recipe) => change.sources[0] as Recipe['sources'][number];

describe('what keeps a recipe from running', () => {
  it('nothing, for the demo', async () => {
    const loaded = await workspace();
    expect(await loaded.problems(recipe())).toEqual([]);
    const { models, tasks } = await loaded.context(recipe());
    expect(models).toHaveLength(2);
    expect(tasks.map((task) => [task.train.count, task.test.count])).toEqual([
      [50, 1000],
      [50, 1000],
    ]);
    expect(loaded.cost(recipe()).steps).toBe(100);
  });

  it.each<[string, (recipe: Recipe) => void, string, RegExp]>([
    ['one source', (r) => r.sources.pop(), 'sources', /only one source/],
    [
      'a file that is not loaded',
      (r) => {
        first(r).file = 'gone.pt';
      },
      'sources',
      /"gone\.pt", which is not loaded/,
    ],
    [
      'sources of two kinds',
      (r) => {
        first(r).file = 'mlp-mnist-0to4.pt';
      },
      'sources',
      /is an MLP, .* is a vision transformer/,
    ],
    [
      'different heads, for a merge without M and U',
      (r) => {
        first(r).facts = { heads: 8 };
        r.method = { name: 'average' };
      },
      'sources',
      /differ in heads: 8 in .* 4 in/,
    ],
    [
      'different heads, merged head by head',
      (r) => {
        first(r).facts = { heads: 8 };
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', kind: 'attention-heads' });
      },
      'recipe',
      /as many heads in every source/,
    ],
    [
      'another activation',
      (r) => {
        first(r).facts = { activation: 'quick-gelu' };
      },
      'sources',
      /differ in activation: quick-gelu in .* gelu in/,
    ],
    [
      'a merged width that the heads do not divide',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', kind: 'full', merged: { width: 50 } });
      },
      'recipe',
      /4 attention heads do not divide the merged width 50/,
    ],
    [
      'a diagonal and another width',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', merged: { width: 48 } });
      },
      'recipe',
      /with a diagonal need .* of one width/,
    ],
    [
      'hidden widths for a ViT',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', kind: 'full', merged: { widths: [8] } });
      },
      'recipe',
      /Widths of hidden layers are for MLPs/,
    ],
    [
      'a block that is not there',
      (r) => {
        const inner = [{ block: 5, part: 'mlp' }];
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', objective: 'inner', inner });
      },
      'recipe',
      /block 5, but there are 4/,
    ],
    [
      'a saved SuperNet that is not loaded',
      (r) => {
        const warm = { initialisation: 'warm', warmStart: { from: 'supernet', file: 'gone.safetensors' } };
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', ...warm });
      },
      'sources',
      /"gone\.safetensors", which is not loaded/,
    ],
    [
      'more images than there are',
      (r) => {
        first(r).images!.validation = 1990;
      },
      'images',
      /50 to train on leave 1950, not 1990, for validation/,
    ],
    [
      'no images',
      (r) => {
        first(r).images = null;
      },
      'images',
      /"digits" .* has no images/,
    ],
    [
      'labels beyond the head',
      (r) => {
        if (first(r).images) first(r).images!.labels = [...digits, 10];
      },
      'images',
      /11 labels .* 10 classes/,
    ],
    [
      'a label twice',
      (r) => {
        first(r).images!.labels = [0, ...digits.slice(0, 9)];
      },
      'images',
      /names a label twice/,
    ],
    [
      'labels that no image has',
      (r) => {
        first(r).images!.labels = digits.map((label) => label + 50);
      },
      'images',
      /no training images/,
    ],
    [
      'low rank from first',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', kind: 'low-rank' });
      },
      'recipe',
      /cannot start as "first"/,
    ],
    [
      'local ViT',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', scope: 'local' });
      },
      'recipe',
      /for MLPs/,
    ],
    [
      'rank above the width',
      (r) => {
        r.method = recipeSchema.shape.method.parse({ name: 'fs-merge', rank: 65 });
      },
      'recipe',
      /Rank 65 .* width 64/,
    ],
  ])('%s', async (_, change, kind, message) => {
    const problems = await (await workspace()).problems(recipe(change));
    expect(problems[0]?.info).toMatchObject({
      kind,
      message: expect.stringMatching(message),
      advice: expect.stringMatching(/\w/),
    });
  });

  it('gives a second file of the same name a name of its own', async () => {
    const loaded = await workspace();
    const again = await loaded.add(await readFixture('public/demo/vit/vit-mnist.safetensors'));
    expect(again.id).toBe('vit-mnist.safetensors (2)');
    expect(loaded.source('vit-mnist.safetensors').match.scheme).toBe('timm');
  });
});

describe('drawing training images', () => {
  it('is the same for the same seed and another for another', async () => {
    const loaded = await workspace();
    const pixels = async (seed: number) => (await loaded.context({ ...recipe(), seed })).tasks[0]?.train.pixels;
    expect(await pixels(1)).toEqual(await pixels(1));
    expect(await pixels(1)).not.toEqual(await pixels(2));
  });
});
