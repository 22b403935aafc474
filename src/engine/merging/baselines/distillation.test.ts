import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { featureWidth } from '../../architectures/model.ts';
import { networkInputs } from '../../datasets/images.ts';
import { TrainingSet } from '../../datasets/training-set.ts';
import { features } from '../../network/network.ts';
import { disposeAll, toBackend, toHost } from '../../network/parameters.ts';
import { methodSchema } from '../../recipe.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { adamWDefaults } from '../../training/adamw.ts';
import { reconstructionProblem } from '../../training/global-problem.ts';
import { Student } from '../../training/student.ts';
import { featureTargets } from '../../training/targets.ts';
import { Trainer } from '../../training/trainer.ts';
import { contextOf, largestGap, randomModels } from '../fs-merge/testing.ts';
import type { MergeOutcome } from '../method.ts';
import { averageModels } from './average.ts';
import { distillation } from './distillation.ts';

beforeAll(() => useNodeBackend('cpu'));

const optionsOf = (changes: object) => {
  const options = methodSchema.parse({ name: 'distillation', batchSize: 8, evaluateEvery: 0, ...changes });
  if (options.name !== 'distillation') throw new Error('not a distillation');
  return options;
};

async function distil(models: ReturnType<typeof randomModels>, changes: object) {
  const losses: number[] = [];
  const merging = distillation.merge(contextOf(models), optionsOf(changes));
  for (;;) {
    const next = await merging.next();
    if (next.done) return { losses, outcome: next.value as MergeOutcome };
    if (next.value.type === 'training') losses.push(next.value.point.losses[0] ?? Number.NaN);
  }
}

describe.each([
  ['ViT', smallVit],
  ['MLP', smallMlp],
] as const)('distillation, %s', (_, architecture) => {
  const models = randomModels([architecture, { ...architecture, classes: 5 }]);

  it.each(['first', 'average'])('starts from %s, with every task’s own head', async (initialisation) => {
    const { outcome } = await distil(models, { initialisation, epochs: 0 });
    const start = initialisation === 'first' ? models[0] : averageModels(models);
    for (const name of start?.weights.keys() ?? []) {
      if (!name.startsWith('head.')) expect(largestGap(outcome.model, start ?? null, name), name).toBe(0);
    }
    expect(outcome.model?.weights.get('head.weight')?.shape).toEqual([8, featureWidth(architecture)]);
    expect(largestGap(outcome.model, averageModels(models), 'head.weight')).toBeLessThan(1e-6);
  });

  it('trains every weight of the body, and lowers the loss', async () => {
    const { outcome, losses } = await distil(models, { epochs: 20, batchSize: 100, learningRate: 5e-3 });
    expect(losses).toHaveLength(20);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 1.5);
    for (const name of models[0]?.weights.keys() ?? []) {
      if (!name.startsWith('head.'))
        expect(largestGap(outcome.model, models[0] ?? null, name), name).toBeGreaterThan(0);
    }
    expect(outcome.supernet).toBeNull();
  });

  it('takes the plain network’s step: its loss and gradients are those of the network itself', async () => {
    const context = contextOf(models);
    const student = new Student({ ...averageModels(models) }, models);
    const data = new TrainingSet(context.tasks.map((task) => task.train));
    const initial = student.initial();
    const targets = await featureTargets(data, models, 'own', student);
    const problem = reconstructionProblem(student, initial, data, { targets, objective: 'own' });
    // Plain descent of one step shows the gradients.
    const trainer = new Trainer(problem, { ...adamWDefaults, beta1: 0, beta2: 0, epsilon: 1e6, weightDecay: 0 });
    const rows = [0, 1, 2, 12, 13];
    const [loss = 0] = await trainer.step(rows, { rate: 1e6, diagonal: 1e6 });
    const after = await toHost(trainer.learnable);

    const plain = toBackend(initial);
    const names = [...plain.keys()];
    const [first, second] = context.tasks;
    const direct = (...tensors: tf.Tensor[]): tf.Scalar => {
      const own = new Map(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
      const adapter = tensors[names.findIndex((name) => name.endsWith('.full'))] as tf.Tensor2D;
      const terms = [
        { images: first?.train, local: [0, 1, 2], model: models[0], offset: 0 },
        { images: second?.train, local: [0, 1], model: models[1], offset: featureWidth(architecture) },
      ].map(({ images, local, model, offset }) => {
        if (!images || !model) throw new Error('no task');
        const inputs = networkInputs(architecture, images, local);
        const guess = tf.matMul(features(architecture, own, inputs), adapter);
        const width = featureWidth(architecture);
        const block = tf.slice(guess, [0, offset], [local.length, width]);
        const target = features(model.architecture, toBackend(model.weights), inputs);
        return tf.div(tf.sum(tf.square(tf.sub(block, target))), width);
      });
      return tf.div(tf.addN(terms), rows.length) as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(direct)([...plain.values()]);
    expect(Math.abs(((await value.data())[0] ?? 0) / loss - 1)).toBeLessThan(1e-5);
    for (const [index, name] of names.entries()) {
      const gradient = (await grads[index]?.data()) ?? new Float32Array();
      const before = initial.get(name)?.values ?? new Float32Array();
      for (const [entry, own] of gradient.entries()) {
        const moved = (before[entry] ?? 0) - (after.get(name)?.values[entry] ?? 0);
        expect(Math.abs(moved - own), name).toBeLessThan(1e-4 + 1e-3 * Math.abs(own));
      }
    }
    trainer.dispose();
    problem.dispose();
    student.dispose();
    disposeAll(plain);
  });

  it('tells its cost before it runs', async () => {
    const cost = distillation.cost(
      models.map((model) => model.architecture),
      optionsOf({ epochs: 2 }),
      {
        images: [12, 12],
        alignment: { padding: 'end', resize: false },
      },
    );
    const { outcome } = await distil(models, { epochs: 2 });
    expect(cost.steps).toBe(outcome.steps);
    expect(cost.learnable).toBe(outcome.learnable);
  });
});
