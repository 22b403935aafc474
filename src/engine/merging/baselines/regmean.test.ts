import { beforeAll, describe, expect, it } from 'vitest';
import { foldPlan, mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Architecture } from '../../architectures/model.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { contextOf, largestGap, randomModels } from '../fs-merge/testing.ts';
import { averageModels } from './average.ts';
import { foldClosed } from './plain-method.ts';
import { regMeanMerge } from './regmean.ts';

beforeAll(() => useNodeBackend('cpu'));

const images = { train: 60, validation: 0 };
const cases: [string, Architecture, string][] = [
  ['MLP', { ...smallMlp, widths: [8, 6] }, 'layers.1'],
  ['ViT', smallVit, 'blocks.1.mlp.out'],
];

describe.each(cases)('RegMean, %s', (_, architecture, layer) => {
  const planOf = (count: number) => {
    const architectures = Array.from({ length: count }, () => architecture);
    return foldPlan(architectures, mergedArchitecture(architectures));
  };

  it('of copies of one source is that source', async () => {
    const [model] = randomModels([architecture]);
    if (!model) throw new Error('no model');
    const models = [model, model, model];
    const { tasks } = contextOf(models, { images });
    const merged = await foldClosed(models, await regMeanMerge(models, tasks, planOf(3), 0.7));
    for (const name of model.weights.keys()) {
      if (!name.startsWith('head.')) expect(largestGap(merged, model, name), name).toBeLessThan(1e-4);
    }
    expect(merged.architecture.classes).toBe(3 * architecture.classes);
  });

  it('of two sources keeps their outputs on their own inputs better than the average', async () => {
    const models = randomModels([architecture, architecture]);
    const { tasks } = contextOf(models, { images });
    const merged = await foldClosed(models, await regMeanMerge(models, tasks, planOf(2), 1));
    const average = averageModels(models);
    expect(largestGap(merged, average, `${layer}.weight`)).toBeGreaterThan(1e-3);
    expect(largestGap(merged, average, `${layer}.bias`)).toBeLessThan(1e-6);
    // With no entries beside the diagonal it weighs features; the two differ.
    const weighed = await foldClosed(models, await regMeanMerge(models, tasks, planOf(2), 0));
    expect(largestGap(merged, weighed, `${layer}.weight`)).toBeGreaterThan(1e-3);
  });
});
