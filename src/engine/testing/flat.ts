/** Test support: what training leaves on the backend, step after step. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { TrainingSet } from '../datasets/training-set.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind, Objective } from '../recipe.ts';
import { adamWDefaults } from '../training/adamw.ts';
import { globalProblem, reconstructionProblem } from '../training/global-problem.ts';
import { localProblem } from '../training/local-problem.ts';
import type { DataProblem } from '../training/problem.ts';
import { Student } from '../training/student.ts';
import { featureTargets } from '../training/targets.ts';
import { Trainer } from '../training/trainer.ts';
import { randomModel, smallMlp, smallVit, superNetOf } from './models.ts';

/** A way that training goes. `stacked`: all layers of a shape folded at once; `inner`, `local`: layer by layer. */
export interface TrainingPath {
  architecture: 'vit' | 'mlp';
  trains: MatrixKind | 'student';
  objective?: Objective;
  scope?: 'local';
  clipNorm?: number;
  checkpointing?: boolean;
}

export const trainingPaths: readonly TrainingPath[] = [
  { architecture: 'vit', trains: 'full' },
  { architecture: 'vit', trains: 'diagonal+low-rank' },
  { architecture: 'vit', trains: 'low-rank', clipNorm: 0.1 },
  { architecture: 'vit', trains: 'diagonal', checkpointing: true },
  { architecture: 'vit', trains: 'attention-heads' },
  { architecture: 'vit', trains: 'diagonal+low-rank', objective: 'inner' },
  { architecture: 'vit', trains: 'student' },
  { architecture: 'mlp', trains: 'full', objective: 'all' },
  { architecture: 'mlp', trains: 'diagonal+low-rank' },
  { architecture: 'mlp', trains: 'full', scope: 'local' },
];

const rows = [0, 1, 2, 8, 9, 10];

/** Trains so many steps; tensors, bytes and data on the backend are those after the first, and all go in the end. */
export async function expectFlat(path: TrainingPath, steps: number): Promise<void> {
  const held = () => ({ ...tf.memory(), data: tf.backend().numDataIds() });
  const before = held();
  const architecture = path.architecture === 'vit' ? smallVit : smallMlp;
  const shape = path.architecture === 'vit' ? ([4, 4, 2] as const) : ([5, 2, 1] as const);
  const random = seededRandom(1);
  const models = [randomModel(architecture, random), randomModel(architecture, random)];
  const images = (count: number) => ({
    count,
    shape,
    pixels: Float32Array.from({ length: count * shape[0] * shape[1] * shape[2] }, () => random.normal()),
    labels: new Int32Array(count),
  });
  const { problem, trainable } = await posed(path, models, new TrainingSet([images(8), images(8)]));
  const trainer = new Trainer(problem, { ...adamWDefaults, clipNorm: path.clipNorm ?? null });
  const step = () => trainer.step(rows, { rate: 1e-3, diagonal: 1e-3 });
  await step();
  const { numTensors, numBytes, numDataBuffers, data } = held();
  for (let count = 1; count < steps; count++) await step();
  expect(held()).toMatchObject({ numTensors, numBytes, numDataBuffers, data });
  trainer.dispose();
  problem.dispose();
  trainable.dispose();
  expect(held()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes, data: before.data });
}

async function posed(
  { trains, objective = 'own', scope, checkpointing = false }: TrainingPath,
  models: ReturnType<typeof randomModel>[],
  data: TrainingSet,
): Promise<{ problem: DataProblem; trainable: { dispose(): void } }> {
  if (trains === 'student') {
    const student = new Student(models[0]!, models);
    const targets = await featureTargets(data, models, 'own', student);
    return {
      problem: reconstructionProblem(student, student.initial(), data, { targets, objective: 'own' }),
      trainable: student,
    };
  }
  const supernet = superNetOf(models, { kind: trains, rank: 2, stacked: objective !== 'inner' && !scope });
  const initial = supernet.initial('average', 1);
  if (scope) return { problem: await localProblem(supernet, initial, data, models), trainable: supernet };
  const inner = objective === 'inner' ? [{ block: 1, part: 'attention' as const, weight: 1 }] : [];
  const options = { teachers: models, objective, inner, bodyOfTask: [0, 1], checkpointing };
  return { problem: await globalProblem(supernet, initial, data, options), trainable: supernet };
}
