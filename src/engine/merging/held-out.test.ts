/** Held-out images only measure: no method's result hangs on them, while every method that reads images hangs on the training images. */
import { beforeAll, expect, it } from 'vitest';
import type { Model } from '../architectures/model.ts';
import { parameterShapes } from '../architectures/model.ts';
import type { ImageSet, TaskImages } from '../datasets/images.ts';
import type { MethodName } from '../recipe.ts';
import { methodSchema } from '../recipe.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { runPlain } from './baselines/testing.ts';
import { contextOf, largestGap, randomImages, randomModels } from './fs-merge/testing.ts';
import type { MergeContext, MergeMethod } from './method.ts';
import { allMethods, mergeMethod } from './registry.ts';

beforeAll(() => useNodeBackend('cpu'));

const readsImages: readonly MethodName[] = [
  'fs-merge',
  'distillation',
  'regmean',
  'activation-matching',
  'zipit',
  'ot-fusion',
];
const training: object = { batchSize: 8, epochs: 2, evaluateEvery: 1, patience: 3, learningRate: 1e-3 };

/** Options that a method cannot do without, and short trainings. */
const needed: Partial<Record<MethodName, object>> = {
  'fs-merge': training,
  distillation: training,
  'task-arithmetic': { base: 'base' },
  ties: { base: 'base' },
  dare: { base: 'base' },
};

async function merge(name: MethodName, context: MergeContext): Promise<Model | null> {
  const options = methodSchema.parse({ name, ...needed[name] });
  const { model } = await runPlain((mergeMethod(name) as MergeMethod).merge(context, options as never));
  return model;
}

/** The same context with other images in one part of every task. */
function withOther(context: MergeContext, part: 'train' | 'test'): MergeContext {
  const other = (task: TaskImages, index: number): ImageSet => {
    const model = context.models[index] as Model;
    return randomImages(model.architecture, task[part].count, 900 + index);
  };
  return { ...context, tasks: context.tasks.map((task, index) => ({ ...task, [part]: other(task, index) })) };
}

const gap = (a: Model | null, b: Model | null): number =>
  Math.max(...[...parameterShapes((a as Model).architecture).keys()].map((name) => largestGap(a, b, name)));

const merged = allMethods.filter((name) => name !== 'ensemble');

it.each(
  [smallMlp, smallVit].flatMap((architecture) =>
    merged.map((name) => ({ name, kind: architecture.kind, architecture })),
  ),
)('$name of $kind sources never sees held-out images', async ({ name, architecture }) => {
  const models = randomModels([architecture, architecture, architecture].slice(0, name === 'slerp' ? 2 : 3));
  const [base] = randomModels([architecture], 77) as [Model];
  const context = contextOf(models, {
    material: { from: 'base', model: base },
    images: { train: 12, validation: 6 },
  });
  const result = await merge(name, context);
  expect(gap(result, await merge(name, withOther(context, 'test')))).toBe(0);
  const changed = gap(result, await merge(name, withOther(context, 'train')));
  if (readsImages.includes(name)) expect(changed).toBeGreaterThan(1e-4);
  else expect(changed).toBe(0);
});
