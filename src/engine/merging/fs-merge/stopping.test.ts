import { beforeAll, describe, expect, it } from 'vitest';
import { smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import type { MergeProgress } from '../method.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels, runMerge } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

const models = randomModels([smallVit, smallVit]);
const images = { train: 12, validation: 5 };
const validations = (events: readonly MergeProgress[]) =>
  events.flatMap((event) => (event.type === 'validation' ? [event] : []));

describe('the validation loss', () => {
  it('is measured with the accuracy and at the end, only where every task has images for it', async () => {
    const options = fsMergeOptions({ kind: 'full', evaluateEvery: 4, epochs: 3 });
    const { events } = await runMerge(contextOf(models, { images }), options);
    expect(validations(events).map(({ step }) => step)).toEqual([0, 4, 8, 9]);
    for (const { losses } of validations(events)) expect(losses).toHaveLength(1);
    const without = await runMerge(contextOf(models), options);
    expect(validations(without.events)).toEqual([]);
    // Measuring changes nothing of the training.
    const points = (all: readonly MergeProgress[]) => all.filter(({ type }) => type === 'training');
    expect(points(events)).toEqual(points(without.events));
  });

  it('is the loss itself, on other images', async () => {
    const context = contextOf(models, { images });
    // With the validation images to train on, the loss of the first whole batch is the validation loss before it.
    const swapped = {
      ...context,
      tasks: context.tasks.map((task) => ({ ...task, train: task.validation, validation: task.train })),
    };
    const options = fsMergeOptions({ kind: 'full', evaluateEvery: 1, epochs: 1, batchSize: 100 });
    const [measured] = validations((await runMerge(context, options)).events);
    const { losses } = await runMerge(swapped, options);
    expect(measured?.losses[0]).toBeCloseTo(losses[0] ?? 0, 5);
    // In several batches the mean counts every image once.
    const small = { ...options, batchSize: 3 };
    const [inParts] = validations((await runMerge(context, small)).events);
    expect(inParts?.losses[0]).toBeCloseTo(losses[0] ?? 0, 5);
  });

  it('is told of each task, which the images of others do not change', async () => {
    const context = contextOf(models, { images });
    const options = fsMergeOptions({ kind: 'full', evaluateEvery: 1, epochs: 1, batchSize: 2 });
    const [both] = validations((await runMerge(context, options)).events);
    expect(both?.perTask).toHaveLength(2);
    const [first = 0, second = 0] = both?.perTask ?? [];
    // As many images in each task.
    expect((first + second) / 2).toBeCloseTo(both?.losses[0] ?? 0, 6);
    expect(Math.abs(first - second)).toBeGreaterThan(1e-4);
    const changed = context.tasks.map((task, index) =>
      index === 1 ? { ...task, validation: { ...task.validation, pixels: task.validation.pixels.map(() => 0) } } : task,
    );
    const [other] = validations((await runMerge({ ...context, tasks: changed as never }, options)).events);
    expect(other?.perTask[0]).toBeCloseTo(first, 6);
    expect(Math.abs((other?.perTask[1] ?? 0) - second)).toBeGreaterThan(1e-4);
  });
});

describe('the validation loss of inner features', () => {
  it('is scaled as in training', async () => {
    const inner = [{ block: 1, part: 'mlp', weight: 5 }];
    const options = fsMergeOptions({ kind: 'full', objective: 'inner', inner, evaluateEvery: 1, epochs: 1 });
    const context = contextOf(models, { images });
    const louder = {
      ...context,
      tasks: context.tasks.map((task) => ({
        ...task,
        train: {
          ...task.train,
          pixels: task.train.pixels.map((pixel, index) => (index % 3 ? 5 * pixel : pixel)) as Float32Array,
        },
      })),
    };
    const [plain] = validations((await runMerge(context, options)).events);
    const [scaled] = validations((await runMerge(louder, options)).events);
    expect(Math.abs((scaled?.losses[0] ?? 0) / (plain?.losses[0] ?? 1) - 1)).toBeGreaterThan(1e-3);
  });
});

describe('early stopping', () => {
  const wild = { kind: 'full', evaluateEvery: 1, epochs: 20, schedule: 'constant', learningRate: 0.5 };

  it('ends after so many measurements without a lower loss, and keeps the best', async () => {
    const context = contextOf(models, { images });
    const { outcome, events } = await runMerge(context, fsMergeOptions({ ...wild, patience: 3 }));
    const losses = validations(events).map((event) => event.losses[0] ?? Number.NaN);
    const best = losses.indexOf(Math.min(...losses));
    expect(losses).toHaveLength(best + 1 + 3);
    expect(outcome.steps).toBe(best + 3);
    expect(outcome.steps).toBeLessThan(60);
    // The same run, cut at the best measurement.
    const until = await runMerge(
      context,
      fsMergeOptions({ ...wild, epochs: best === 0 ? 0 : wild.epochs }),
      (event) => event.type === 'training' && event.point.step === best - 1,
    );
    expect(until.outcome.steps).toBe(best);
    for (const name of outcome.model?.weights.keys() ?? []) {
      expect(largestGap(outcome.model, until.outcome.model, name), name).toBeLessThan(1e-6);
    }
  });

  it('runs to the end while the loss falls', async () => {
    const calm = { ...wild, learningRate: 1e-4, epochs: 2 };
    const { outcome } = await runMerge(contextOf(models, { images }), fsMergeOptions({ ...calm, patience: 3 }));
    expect(outcome.steps).toBe(6);
  });
});
