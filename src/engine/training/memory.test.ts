import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { TrainingSet } from '../datasets/training-set.ts';
import { seededRandom } from '../random.ts';
import { randomModel, smallMlp, smallVit, superNetOf } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { adamWDefaults } from './adamw.ts';
import { globalProblem } from './global-problem.ts';
import { Trainer } from './trainer.ts';

beforeAll(() => useNodeBackend('wasm'));

it.each([
  ['vit', smallVit, [4, 4, 2], 'own', []],
  ['vit, inner', smallVit, [4, 4, 2], 'inner', [{ block: 1, part: 'attention', weight: 1 }]],
  ['mlp', smallMlp, [5, 2, 1], 'own', []],
] as const)(
  '%s: tensors and bytes stay flat over 200 steps, all go in the end',
  async (_, architecture, shape, objective, inner) => {
    const before = tf.memory();
    const random = seededRandom(1);
    const models = [randomModel(architecture, random), randomModel(architecture, random)];
    const images = (count: number) => ({
      count,
      shape,
      pixels: Float32Array.from({ length: count * shape[0] * shape[1] * shape[2] }, () => random.normal()),
      labels: new Int32Array(count),
    });
    const supernet = superNetOf(models, { kind: 'diagonal+low-rank', rank: 2, stacked: objective === 'own' });
    const data = new TrainingSet([images(8), images(8)]);
    const options = { teachers: models, objective, inner, bodyOfTask: [0, 1] };
    const problem = await globalProblem(supernet, supernet.initial('first', 1), data, options);
    const trainer = new Trainer(problem, adamWDefaults);
    const step = () => trainer.step([0, 1, 2, 8, 9, 10], { rate: 1e-3, diagonal: 1e-3 });
    await step();
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    for (let count = 0; count < 200; count++) await step();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
    trainer.dispose();
    problem.dispose();
    supernet.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
  },
);
