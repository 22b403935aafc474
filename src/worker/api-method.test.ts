/** The options of the whole method through the worker: every one comes from a recipe. */
import { describe, expect, it } from 'vitest';
import type { Recipe } from '../engine/recipe.ts';
import { recipeSchema } from '../engine/recipe.ts';
import { dropped, exportOptions, inState, points, recipe, resultOf, studio, training } from './testing.ts';

const merge = (changes: object, images: object = {}): Recipe => {
  const { sources, ...rest } = recipe(training);
  return recipeSchema.parse({
    ...rest,
    sources: sources.map((source) => ({ ...source, images: { ...source.images, ...images } })),
    method: { ...training, epochs: 2, evaluateEvery: 0, ...changes },
  });
};

describe('options of the whole method', () => {
  it('augmented and validation images, early stopping', async () => {
    const { api, events, until } = await studio();
    const chosen = merge({ evaluateEvery: 5, epochs: 3, patience: 50 }, { augmented: 100, validation: 60 });
    // 600 images in batches of 64: 10 steps an epoch.
    expect((await api.check(chosen)).cost?.steps).toBe(30);
    await api.run('a', chosen);
    await until(inState('a', 'done'));
    expect(points(events, 'a')).toHaveLength(30);
    const measured = events.flatMap((event) => (event.type === 'validation' ? [event] : []));
    expect(measured.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 25, 30]);
    expect(measured.map(({ perTask }) => perTask.length)).toEqual(Array(7).fill(2));
    expect(measured.at(-1)?.losses[0]).toBeLessThan((measured[0]?.losses[0] ?? 0) / 2);
  });

  it('a preview of augmentation, the same for the same seed', async () => {
    const { api } = await studio();
    const options = { crop: true, flip: true, tone: true };
    const pictures = await api.augmented('mnist.npz', [3, 4], 8, options, 1);
    expect(pictures).toMatchObject({ width: 28, height: 28 });
    expect(pictures.labels).toHaveLength(8);
    expect(new Set(pictures.labels)).toEqual(new Set([3, 4]));
    expect((await api.augmented('mnist.npz', [3, 4], 8, options, 1)).pixels).toEqual(pictures.pixels);
    expect((await api.augmented('mnist.npz', [3, 4], 8, options, 2)).pixels).not.toEqual(pictures.pixels);
    const plain = await api.augmented('mnist.npz', [3, 4], 8, { crop: false, flip: false, tone: false }, 1);
    const sums = (all: Uint8ClampedArray) => all.reduce((sum, value) => sum + value, 0);
    const originals = await api.thumbnails('mnist.npz', [3, 4], 8);
    expect(sums(plain.pixels)).toBe(sums(originals.pixels));
  });

  it('a merged MLP of other widths', async () => {
    const { api, events, until } = await studio();
    await api.run('a', merge({ initialisation: 'first', merged: { widths: [96, 160] }, epochs: 8 }));
    await until(inState('a', 'done'));
    const exported = await api.exportModel('a', exportOptions('nn.Sequential'), null);
    expect(exported.readBack?.score).toEqual(resultOf(events, 'a')?.score);
    const bytes = exported.files[0]?.bytes;
    // 784 × 96 + 96 × 160 + 160 × 10, with biases.
    expect(bytes).toBeGreaterThan(4 * (784 * 96 + 96 * 160 + 1600 + 266));
    expect(bytes).toBeLessThan(4 * (784 * 96 + 96 * 160 + 1600 + 266) + 4000);
  });

  it('what does not go together is refused before any file is read', async () => {
    const { api } = await studio([]);
    const bad = { ...merge({}), method: { ...merge({}).method, kind: 'low-rank' } } as Recipe;
    const { problems } = await api.check(bad);
    expect(problems[0]).toMatchObject({ kind: 'recipe', message: expect.stringMatching(/cannot start as "average"/) });
  });

  it('the theory at a layer of the sources', async () => {
    const { api } = await studio();
    expect(await api.layers(merge({}))).toEqual(['layers.1']);
    const shown = await api.demonstrate(merge({}), 'layers.1');
    expect(shown.size).toEqual([128, 128]);
    expect(shown.reach.rank).toBe(128);
    expect(shown.reach.error).toBeLessThan(0.01);
    expect(shown.singular.rank).toBe(64);
    expect(shown.singular.error).toBeGreaterThan(shown.singular.smallestError);
    for (const { weight, bias } of [shown.gitReBasin, shown.regMean]) {
      expect(weight).toBeLessThan(1e-4);
      expect(bias).toBeLessThan(1e-5);
    }
  });
});

describe('a closer look', () => {
  it('agrees with the score, and is worse under every strong shift', async () => {
    const { api, events, until } = await studio();
    await api.run('a', merge({ epochs: 4 }));
    await until(inState('a', 'done'));
    const score = resultOf(events, 'a')?.score;
    const { confusion, calibration, sideBySide, reconstruction, similarity, shifts } = await api.closerLook({
      run: 'a',
    });
    const diagonal = Array.from({ length: 10 }, (_, row) => confusion.joint[row * 10 + row] ?? 0);
    expect(diagonal.reduce((sum, count) => sum + count, 0) / 1000).toBeCloseTo(score?.joint ?? 0, 6);
    expect(calibration.joint).toBeGreaterThan(0);
    expect(calibration.joint).toBeLessThan(0.5);
    // Sources side by side: good alone, worse together.
    expect(Math.min(...sideBySide.score.perTask.map((own) => own ?? 0))).toBeGreaterThan(0.98);
    expect(sideBySide.score.joint).toBeLessThan(0.95);
    expect(sideBySide.calibration.perTask).toHaveLength(2);
    for (const error of reconstruction) expect(error).toBeLessThan(0.15);
    expect(similarity.map((own) => own.at(-1)?.layer)).toEqual(['features', 'features']);
    for (const own of similarity) expect(own.at(-1)?.cka).toBeGreaterThan(0.8);
    expect(shifts).toHaveLength(15);
    for (const { severity, score: shifted } of shifts) {
      if (severity === 3) expect(shifted.joint).toBeLessThan(score?.joint ?? 0);
    }
    await expect(api.closerLook({ run: 'nothing' })).rejects.toMatchObject({ kind: 'run' });
  });
});

describe('a saved SuperNet', () => {
  it('is looked at without its sources, folds to the run, and trains further', async () => {
    const first = await studio();
    await first.api.run('a', merge({ kind: 'diagonal+low-rank' }));
    await first.until(inState('a', 'done'));
    const saved = await first.api.exportSuperNet('a', 'pair');
    expect(saved.name).toBe('pair.supernet.safetensors');
    const file = new File([saved.bytes], saved.name);

    const second = await studio([]);
    const loaded = await second.api.load([dropped(file)]);
    expect(loaded.errors).toEqual([]);
    expect(loaded.superNets[0]).toMatchObject({
      id: saved.name,
      kind: 'diagonal+low-rank',
      rank: 12,
      order: 'together',
    });
    const there = await second.api.matrix(saved.name, 'layers.1.U');
    const here = await first.api.matrix('a', 'layers.1.U');
    expect(there).toMatchObject({ rows: 128, columns: 256, owners: [0, 1] });
    expect(there.values).toEqual(here.values);

    const third = await studio();
    await third.api.load([dropped(file)]);
    const warm = {
      kind: 'diagonal+low-rank',
      initialisation: 'warm',
      warmStart: { from: 'supernet', file: saved.name },
    };
    await third.api.run('fold', merge({ ...warm, epochs: 0 }));
    await third.until(inState('fold', 'done'));
    expect(resultOf(third.events, 'fold')).toMatchObject({ steps: 0, score: resultOf(first.events, 'a')?.score });
    await third.api.run('further', merge({ ...warm, epochs: 10 }));
    await third.until(inState('further', 'done'));
    const losses = points(third.events, 'further').map((point) => point.losses[0] ?? Number.NaN);
    expect(losses[0]).toBeLessThan((points(first.events, 'a')[0]?.losses[0] ?? 0) * 0.9);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });

  it('is refused when the run has none', async () => {
    const { api, until } = await studio();
    await api.run('a', recipe({ name: 'average' }));
    await until(inState('a', 'done'));
    await expect(api.exportSuperNet('a', 'x')).rejects.toMatchObject({ kind: 'run' });
  });

  it('a measured step before the start; a run comes first', async () => {
    const { api, until } = await studio();
    const chosen = merge({ epochs: 1 });
    const seconds = await api.measureStep(chosen);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(2);
    expect(await api.measureStep(recipe({ name: 'average' }))).toBeNull();
    const overtaken = api.measureStep(chosen);
    await api.run('a', chosen);
    expect(await overtaken).toBeNull();
    await until(inState('a', 'done'));
    await expect(api.measureStep({ ...chosen, sources: [] })).rejects.toThrow();
  });
});
