import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../architectures/model.ts';
import { parameterShapes } from '../architectures/model.ts';
import { methodSchema } from '../recipe.ts';
import { vitLayouts } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { runPlain } from './baselines/testing.ts';
import { contextOf, fsMergeOptions, randomModels, runMerge } from './fs-merge/testing.ts';
import { mergeMethod } from './registry.ts';

beforeAll(() => useNodeBackend('wasm'));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const shapesOf = ({ weights }: Model) => new Map([...weights].map(([name, { shape }]) => [name, [...shape]]));

function expectWhole(model: Model | null, sources: readonly Architecture[]): void {
  expect(model?.architecture.classes).toBe(6);
  if (!model) throw new Error('no model');
  expect(model.architecture).toEqual({ ...sources[0], classes: 6 });
  expect(shapesOf(model)).toEqual(parameterShapes(model.architecture));
  for (const [name, { values }] of model.weights) expect(values.every(Number.isFinite), name).toBe(true);
}

describe.each(vitLayouts)('training on ViTs, %s', (_, vit) => {
  const sources = [vit, vit];
  const inner = [
    { block: 1, part: 'attention', weight: 1 },
    { block: 2, part: 'mlp', weight: 1 },
  ];

  it.each([
    { kind: 'diagonal+low-rank', rank: 2 },
    { kind: 'attention-heads', rank: 2 },
    { kind: 'full', objective: 'inner', inner },
  ])('FS-Merge, $kind, lowers its loss, ends as one network and keeps nothing', async (options) => {
    const models = randomModels(sources);
    const before = tf.memory().numTensors;
    const chosen = fsMergeOptions({ epochs: 8, learningRate: 5e-3, schedule: 'constant', ...options });
    const { outcome, losses } = await runMerge(contextOf(models), chosen);
    expect(mean(losses.slice(-3))).toBeLessThan(mean(losses.slice(0, 3)));
    expectWhole(outcome.model, sources);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('distillation trains every parameter of the body', async () => {
    const models = randomModels(sources);
    const [first] = models as [Model];
    const options = methodSchema.parse({ name: 'distillation', batchSize: 8, epochs: 2, evaluateEvery: 0 });
    const { model } = await runPlain(mergeMethod('distillation').merge(contextOf(models), options as never));
    expectWhole(model, sources);
    for (const [name, { values }] of first.weights) {
      // A bias of the keys changes no attention.
      if (!/^head|key\.bias$/.test(name)) expect(model?.weights.get(name)?.values, name).not.toEqual(values);
    }
  });
});
