import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../../architectures/model.ts';
import type { FsMergeOptions } from '../../recipe.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { averageModels } from '../baselines/average.ts';
import type { Material } from '../method.ts';
import { fsMergeCost } from './cost.ts';
import { fsMergeProblems } from './problems.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels, runMerge } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

const warm = (warmStart: object, changes: object = {}): FsMergeOptions =>
  fsMergeOptions({ kind: 'full', rank: 2, initialisation: 'warm', warmStart, batchSize: 100, ...changes });

const named = (models: readonly Model[]) =>
  models.map(({ architecture }, index) => ({ file: `source ${index + 1}`, architecture }));

describe('from the average in closed form', () => {
  const kinds = ['full', 'diagonal', 'diagonal+low-rank', 'attention-heads'];
  const cases: [string, Architecture, string][] = [
    ...kinds.map((kind): [string, Architecture, string] => [`ViT, ${kind}`, smallVit, kind]),
    ...kinds
      .slice(0, 3)
      .map((kind): [string, Architecture, string] => [`MLP, ${kind}`, { ...smallMlp, widths: [8, 8] }, kind]),
  ];
  it.each(cases)('%s: folds to the weight average, then trains on', async (_, architecture, kind) => {
    const models = randomModels([architecture, architecture, architecture]);
    const start = { from: 'method', method: 'average' };
    const { outcome } = await runMerge(contextOf(models), warm(start, { kind, epochs: 0 }));
    const average = averageModels(models);
    for (const name of average.weights.keys())
      expect(largestGap(outcome.model, average, name), name).toBeLessThan(1e-5);
    const trained = await runMerge(contextOf(models), warm(start, { kind, epochs: 8, learningRate: 5e-3 }));
    const [first = 0] = trained.losses;
    expect(trained.losses.at(-1)).toBeLessThan(first);
  });
});

describe('from a target that source 1 alone is folded to (Mechanism 1)', () => {
  const square: Architecture = { ...smallMlp, inputs: 6, widths: [6, 6], activation: 'tanh' };
  const withoutBiases = (model: Model): Model => ({
    ...model,
    weights: new Map(
      [...model.weights].map(([name, weight]) => [
        name,
        name.endsWith('.bias') ? { ...weight, values: weight.values.map(() => 0) } : weight,
      ]),
    ),
  });

  it('reaches it exactly where every layer is invertible, and trains on', async () => {
    const [first, second, target] = randomModels([square, square, square]).map(withoutBiases) as [Model, Model, Model];
    const context = contextOf([first, second], { material: { from: 'target', model: target } });
    const { outcome } = await runMerge(context, warm({ from: 'target', file: 'target' }, { epochs: 0 }));
    for (const layer of ['layers.0.weight', 'layers.1.weight']) {
      expect(largestGap(outcome.model, target, layer), layer).toBeLessThan(1e-4);
      expect(largestGap(outcome.model, first, layer), layer).toBeGreaterThan(0.1);
    }
    const trained = await runMerge(
      context,
      warm({ from: 'target', file: 'target' }, { epochs: 4, learningRate: 5e-3 }),
    );
    expect(trained.losses.at(-1)).toBeLessThan(trained.losses[0] ?? 0);
  });

  it('takes the LayerNorms of a ViT from the target', async () => {
    const [first, second, target] = randomModels([smallVit, smallVit, smallVit]) as [Model, Model, Model];
    const context = contextOf([first, second], { material: { from: 'target', model: target } });
    const { outcome } = await runMerge(context, warm({ from: 'target', file: 'target' }, { epochs: 0 }));
    for (const name of ['blocks.0.norm1.weight', 'norm.bias']) expect(largestGap(outcome.model, target, name)).toBe(0);
    expect(largestGap(outcome.model, target, 'blocks.1.attention.query.weight')).toBeLessThan(1e-3);
  });

  it('refuses a target of another shape', () => {
    const models = randomModels([smallVit, smallVit, { ...smallVit, width: 16, heads: 4 }]);
    const material: Material = { from: 'target', model: models[2] as Model };
    const alignment = { padding: 'end' as const, resize: false };
    const [problem] = fsMergeProblems(
      named(models.slice(0, 2)),
      warm({ from: 'target', file: 'x' }),
      alignment,
      material,
    );
    expect(problem?.message).toMatch(/another shape/);
  });
});

describe('from a saved SuperNet', () => {
  const models = randomModels([smallVit, smallVit, { ...smallVit, classes: 2 }]);
  const start = { from: 'supernet', file: 'saved' };

  it.each([
    ['full', 'together'],
    ['diagonal+low-rank', 'together'],
    ['attention-heads', 'together'],
    ['full', 'sequential'],
    ['low-rank', 'sequential'],
  ])('%s, %s: folds to the same network, and goes on from where it was', async (kind, order) => {
    const initialisation = kind === 'low-rank' ? 'random' : 'first';
    const { outcome } = await runMerge(contextOf(models), fsMergeOptions({ kind, rank: 2, order, initialisation }));
    const saved = outcome.supernet;
    if (!saved) throw new Error('nothing is saved');
    const context = contextOf(models, { material: { from: 'supernet', saved } });
    const options = warm(start, { kind, order });
    expect(fsMergeProblems(named(models), options, context.alignment, context.material)).toEqual([]);
    const again = await runMerge(context, { ...options, epochs: 0 });
    expect(again.outcome.steps).toBe(0);
    for (const name of outcome.model?.weights.keys() ?? []) {
      expect(largestGap(again.outcome.model, outcome.model, name), name).toBeLessThan(1e-6);
    }
    const further = await runMerge(context, { ...options, epochs: 8, learningRate: 2e-3 });
    expect(further.losses.at(-1)).toBeLessThan(further.losses[0] ?? 0);
    // Training did not change what was saved.
    const third = await runMerge(context, { ...options, epochs: 0 });
    expect(largestGap(third.outcome.model, again.outcome.model, 'head.weight')).toBe(0);
  });

  it.each([
    ['another kind', { kind: 'low-rank' }, /has the kind full, the recipe low-rank/],
    ['another order', { order: 'sequential' }, /has the order together, the recipe sequential/],
    ['another merged size', { merged: { width: 4 } }, /sources of other shapes/],
  ])('refuses %s', async (_, changes, message) => {
    const { outcome } = await runMerge(contextOf(models), fsMergeOptions({ kind: 'full', rank: 2, epochs: 0 }));
    if (!outcome.supernet) throw new Error('nothing is saved');
    const material: Material = { from: 'supernet', saved: outcome.supernet };
    const { alignment } = contextOf(models);
    const [problem] = fsMergeProblems(named(models), warm(start, changes), alignment, material);
    expect(problem?.message).toMatch(message);
    expect(problem?.advice).toMatch(/\w/);
  });

  it('refuses other sources', async () => {
    const { outcome } = await runMerge(contextOf(models), fsMergeOptions({ kind: 'full', epochs: 0 }));
    if (!outcome.supernet) throw new Error('nothing is saved');
    const material: Material = { from: 'supernet', saved: outcome.supernet };
    const { alignment } = contextOf(models);
    const [fewer] = fsMergeProblems(named(models.slice(0, 2)), warm(start), alignment, material);
    expect(fewer?.message).toMatch(/is of 3 sources, the recipe has 2/);
    const other = randomModels([smallVit, smallVit, { ...smallVit, heads: 4 }]);
    const [heads] = fsMergeProblems(named(other), warm(start), alignment, material);
    expect(heads?.message).toMatch(/sources of other shapes/);
  });

  it('of a sequential merge refuses more sources, and costs its last stage only', async () => {
    const sequential = { kind: 'full', order: 'sequential' };
    const { outcome } = await runMerge(contextOf(models.slice(0, 2)), fsMergeOptions({ ...sequential, epochs: 0 }));
    if (!outcome.supernet) throw new Error('nothing is saved');
    const material: Material = { from: 'supernet', saved: outcome.supernet };
    const { alignment } = contextOf(models);
    const [problem] = fsMergeProblems(named(models), warm(start, sequential), alignment, material);
    expect(problem?.message).toMatch(/is of 2 sources, the recipe has 3/);
    const setting = { images: [12, 12, 12], alignment };
    const architectures = models.map(({ architecture }) => architecture);
    const options = warm(start, { ...sequential, batchSize: 8 });
    expect(fsMergeCost(architectures, options, setting).steps).toBe(2 * 5);
    expect(fsMergeCost(architectures, fsMergeOptions(sequential), setting).steps).toBe(2 * 3 + 2 * 5);
  });
});
