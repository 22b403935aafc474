/** Networks trained through the worker, as the page asks for them, merged as any other source. */
import { describe, expect, it } from 'vitest';
import { recipeSchema } from '../engine/recipe.ts';
import { parseScratch } from '../engine/scratch/recipe.ts';
import type { StudioEvent } from './protocol.ts';
import type { NamedTraining, TrainingEvent } from './protocol-training.ts';
import { dropped, inState, recipe, resultOf, source, studio, training } from './testing.ts';

const own = (name: string, changes: object): NamedTraining => ({
  name,
  recipe: parseScratch({
    network: { kind: 'mlp', widths: [64, 64] },
    image: 28,
    images: 'mnist.npz',
    labels: [0, 1, 2, 3, 4],
    epochs: 5,
    ...changes,
  }),
});
const pair = (changes: object = {}) => [
  own('low', changes),
  own('high', { labels: [5, 6, 7, 8, 9], seed: 2, ...changes }),
];
const newsOf = (events: readonly StudioEvent[]) =>
  events.filter((event): event is TrainingEvent => event.type === 'sources');
const lossesOf = (events: readonly StudioEvent[], network: number) =>
  newsOf(events).flatMap(({ networks }) => networks[network]?.losses ?? []);

describe('sources of one’s own', () => {
  it('are trained in turn, told about, and merge as any checkpoint', async () => {
    const { api, events, until } = await studio(['images/mnist.npz']);
    const { plans, problems } = await api.checkTraining(pair().map((one) => one.recipe));
    expect(problems).toEqual([null, null]);
    const started = performance.now();
    const trained = await api.trainSources(pair());
    const seconds = (performance.now() - started) / 1000;
    expect(trained?.map(({ name }) => name)).toEqual(['low.safetensors', 'high.safetensors']);
    for (const [network, { accuracy, steps, images }] of (trained ?? []).entries()) {
      const plan = plans[network];
      expect(steps).toBe(plan?.steps);
      expect(images).toBe(plan?.images.test);
      expect(accuracy).toBeGreaterThan(0.9); // chance: 0.2
      const losses = lossesOf(events, network);
      expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, step) => step));
      const last = losses.slice(-10).reduce((sum, { loss }) => sum + loss / 10, 0);
      expect(last).toBeLessThan((losses[0]?.loss ?? 0) / 3);
    }
    expect(newsOf(events).length).toBeLessThanOrEqual(seconds * 20 + 2);
    const files = (trained ?? []).map(({ name, blob }) => dropped(new File([blob], name)));
    const loaded = await api.load(files);
    expect(loaded.sources.map(({ labels }) => labels?.value)).toEqual([
      ['0', '1', '2', '3', '4'],
      ['5', '6', '7', '8', '9'],
    ]);
    const merged = recipeSchema.parse({
      sources: [source('low.safetensors', 'low', [0, 1, 2, 3, 4]), source('high.safetensors', 'high', [5, 6, 7, 8, 9])],
      method: { ...training, epochs: 15 },
    });
    await api.run('a', merged);
    await until(inState('a', 'done'));
    for (const share of resultOf(events, 'a')?.score.perTask ?? [0]) expect(share).toBeGreaterThan(0.75);
  });

  it('keep what they learned when stopped, leave nothing when cancelled, and train alone', async () => {
    const { api, events, until } = await studio();
    const first = api.trainSources(pair({ epochs: 900 }));
    await until((event) => event.type === 'sources' && (event.networks[1]?.losses.length ?? 0) > 0);
    await expect(api.run('a', recipe(training))).rejects.toMatchObject({ kind: 'run' });
    await expect(api.trainSources(pair())).rejects.toMatchObject({ kind: 'run' });
    await expect(api.setBackend('cpu')).rejects.toMatchObject({ kind: 'backend' });
    await api.stopTraining();
    const stopped = await first;
    for (const network of [0, 1]) expect(stopped?.[network]?.steps).toBe(lossesOf(events, network).length);
    expect(stopped?.[0]?.steps).toBeLessThan(1000);

    const cancelled = api.trainSources(pair({ epochs: 900 }));
    await api.cancelTraining();
    expect(await cancelled).toBeNull();
    await api.run('b', recipe({ ...training, epochs: 2000, evaluateEvery: 0 }));
    await until(inState('b', 'running'));
    await expect(api.trainSources(pair())).rejects.toMatchObject({ kind: 'run' });
    await api.stop('b');
    await until(inState('b', 'stopped'));
  });

  it('say what is wrong with which network before anything runs', async () => {
    const { api } = await studio(['images/mnist.npz']);
    const recipes = [own('a', {}), own('b', {}), own('c', { labels: [1] }), own('d', { images: 'gone.npz' })];
    const { problems, plans } = await api.checkTraining(recipes.map((one) => one.recipe));
    expect(problems.map((problem) => problem?.kind ?? null)).toEqual([null, 'recipe', 'images', 'images']);
    expect(problems[1]?.message).toMatch(/both would be the same/);
    expect(plans.map((plan) => plan?.images ?? null)).toEqual([
      { train: 900, heldOut: 100, test: 500 },
      null,
      null,
      null,
    ]);
    await expect(api.trainSources(recipes.slice(2, 3))).rejects.toMatchObject({ kind: 'images' });
    // What was refused leaves nothing under way.
    expect(await api.trainSources([own('a', { epochs: 1 })])).toHaveLength(1);
  });
});
