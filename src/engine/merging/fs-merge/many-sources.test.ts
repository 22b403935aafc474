import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture } from '../../architectures/model.ts';
import { matrixKinds, objectives } from '../../recipe.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels, runMerge } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

const architectures: [string, Architecture][] = [
  ['ViT', smallVit],
  ['MLP', { ...smallMlp, widths: [8, 8] }],
];

const copies = (architecture: Architecture, count: number) =>
  randomModels(Array.from({ length: count }, (_, source) => ({ ...architecture, classes: 2 + (source % 3) })));

describe('sequential with two sources is together with two, bit for bit', () => {
  const cases = architectures.flatMap(([name, architecture]) =>
    matrixKinds.map((kind) => ({ name, architecture, kind })),
  );
  it.each(cases)('$name, $kind', async ({ architecture, kind }) => {
    const context = contextOf(copies(architecture, 2));
    const initialisation = kind === 'low-rank' ? 'random' : 'average';
    const run = (order: string) => runMerge(context, fsMergeOptions({ kind, rank: 2, initialisation, order }));
    const [together, sequential] = [await run('together'), await run('sequential')];
    expect(together.losses.length).toBe(6);
    expect(sequential.losses).toEqual(together.losses);
    for (const name of together.outcome.model?.weights.keys() ?? []) {
      expect(largestGap(sequential.outcome.model, together.outcome.model, name), name).toBe(0);
    }
  });
});

describe('many sources', () => {
  const cases = architectures.flatMap(([name, architecture]) =>
    [3, 8].flatMap((count) =>
      (['together', 'sequential'] as const).map((order) => ({ name, architecture, count, order })),
    ),
  );
  it.each(cases)(
    '$count × $name, $order: trains, and has a head for every task',
    async ({ architecture, count, order }) => {
      const models = copies(architecture, count);
      const kind = order === 'together' ? 'full' : 'diagonal+low-rank';
      const options = fsMergeOptions({ kind, rank: 2, order, epochs: 3, learningRate: 5e-3, schedule: 'constant' });
      const { outcome, losses, events } = await runMerge(contextOf(models), options);
      const stages = order === 'together' ? [count] : Array.from({ length: count - 1 }, (_, stage) => stage + 2);
      const steps = stages.map((tasks) => 3 * Math.ceil((12 * tasks) / 8));
      expect(losses).toHaveLength(steps.reduce((sum, own) => sum + own, 0));
      expect(losses.every(Number.isFinite)).toBe(true);
      // In every stage the loss falls from the first epoch to the last.
      let from = 0;
      for (const own of steps) {
        const mean = (start: number) =>
          losses.slice(start, start + own / 3).reduce((sum, loss) => sum + loss, 0) / (own / 3);
        expect(mean(from + (2 * own) / 3)).toBeLessThan(mean(from));
        from += own;
      }
      expect(outcome.steps).toBe(losses.length);
      const classes = models.reduce((sum, model) => sum + model.architecture.classes, 0);
      expect(outcome.model?.architecture.classes).toBe(classes);
      expect(outcome.model?.weights.get('head.weight')?.shape[0]).toBe(classes);
      expect(outcome.model?.weights.get('head.bias')?.values).toHaveLength(classes);
      const started = events.flatMap((event) => (event.type === 'started' ? [event.matrices] : []));
      expect(started).toHaveLength(stages.length);
      const last = started.at(-1);
      const features = last?.specs.at(-1);
      expect(features && last?.owners(features)).toEqual(models.map((_, task) => task));
      const first = last?.specs[0];
      expect(first && last?.owners(first)).toEqual(
        order === 'together' ? models.map((_, source) => source) : [null, count - 1],
      );
    },
  );
});

describe('a sequential merge', () => {
  const models = copies(smallVit, 3);
  const options = fsMergeOptions({ kind: 'full', order: 'sequential', initialisation: 'first' });

  it('carries the last U forward: before the next stage trains, earlier tasks are as they were', async () => {
    const context = contextOf(models);
    const stopAfter = 2 * 3; // the first stage's steps
    const three = await runMerge(
      context,
      options,
      (event) => event.type === 'training' && event.point.step === stopAfter - 1,
    );
    // The first stage alone, with the seed that it has among three.
    const two = await runMerge({ ...contextOf(models.slice(0, 2)), seed: context.seed - 7919 }, options);
    expect(three.losses.slice(0, stopAfter)).toEqual(two.losses);
    expect(three.losses).toHaveLength(stopAfter);
    const rows = two.outcome.model?.architecture.classes ?? 0;
    const head = three.outcome.model?.weights.get('head.weight')?.values.slice(0, rows * smallVit.width);
    const before = two.outcome.model?.weights.get('head.weight')?.values ?? new Float32Array();
    expect(head).toHaveLength(before.length);
    for (const [index, value] of before.entries()) expect(head?.[index]).toBeCloseTo(value, 5);
    for (const name of ['blocks.1.mlp.out.weight', 'blocks.0.norm1.weight', 'positions']) {
      expect(largestGap(three.outcome.model, two.outcome.model, name), name).toBeLessThan(1e-6);
    }
  });

  it.each(['full', 'diagonal', 'diagonal+low-rank'])(
    '%s: the new block of the last U begins as the identity',
    async (kind) => {
      const chosen = fsMergeOptions({
        kind,
        rank: 2,
        order: 'sequential',
        initialisation: 'first',
        learningRate: 0.02,
      });
      const { outcome } = await runMerge(
        contextOf(models),
        chosen,
        (event) => event.type === 'training' && event.point.step === 5,
      );
      // No step of the last stage was taken: task 3's head is its own.
      const head = outcome.model?.weights.get('head.weight')?.values.slice(5 * smallVit.width);
      const own = models[2]?.weights.get('head.weight')?.values ?? new Float32Array();
      expect(head).toHaveLength(own.length);
      for (const [index, value] of own.entries()) expect(head?.[index]).toBeCloseTo(value, 6);
    },
  );

  it('merges what is left as it would start when a person stops it, and still has all tasks', async () => {
    const { outcome, losses } = await runMerge(contextOf(models), options, (event) => event.type === 'training');
    expect(losses).toHaveLength(1);
    expect(outcome.model?.architecture.classes).toBe(2 + 3 + 4);
  });

  it.each(objectives)('runs with objective %s', async (objective) => {
    const inner = objective === 'inner' ? [{ block: 1, part: 'attention', weight: 0.5 }] : [];
    const { losses } = await runMerge(
      contextOf(models),
      fsMergeOptions({ kind: 'full', order: 'sequential', objective, inner }),
    );
    expect(losses).toHaveLength(6 + 10);
    expect(losses.every((loss) => loss > 0)).toBe(true);
  });

  it('runs layer by layer on MLPs', async () => {
    const mlps = copies({ ...smallMlp, widths: [8, 6] }, 3);
    const { events } = await runMerge(
      contextOf(mlps),
      fsMergeOptions({ kind: 'full', order: 'sequential', scope: 'local' }),
    );
    const points = events.flatMap((event) => (event.type === 'training' ? [event.point] : []));
    expect(points).toHaveLength(16);
    for (const { losses } of points) expect(losses).toHaveLength(2);
  });

  it('tells accuracy for the tasks that are merged so far', async () => {
    const { events } = await runMerge(contextOf(models), { ...options, evaluateEvery: 100 });
    const scores = events.flatMap((event) => (event.type === 'accuracy' ? [event.score.perTask] : []));
    expect(scores).toHaveLength(2);
    expect(scores[0]?.map((share) => share === null)).toEqual([false, false, true]);
    expect(scores[1]?.map((share) => share === null)).toEqual([false, false, false]);
  });
});
