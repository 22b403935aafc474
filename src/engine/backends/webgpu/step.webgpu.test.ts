/** How many programs the GPU is given for one training step: JavaScript pays for each, whatever the GPU does. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TrainingSet } from '../../datasets/training-set.ts';
import type { StudioError } from '../../errors.ts';
import type { GoldenCase } from '../../testing/golden.ts';
import { goldenModels, goldenTasks, readGolden } from '../../testing/golden.ts';
import { readFixture, wasmPaths } from '../../testing/node.ts';
import { adamWDefaults } from '../../training/adamw.ts';
import { reconstructionProblem } from '../../training/global-problem.ts';
import { Student } from '../../training/student.ts';
import { featureTargets } from '../../training/targets.ts';
import { Trainer } from '../../training/trainer.ts';
import { useBackend } from '../backends.ts';

const gpuErrors: StudioError[] = [];

beforeAll(async () => {
  await useBackend('webgpu', { wasmPaths, onGpuError: (error) => void gpuErrors.push(error) });
  tf.env().set('WEBGPU_CPU_FORWARD', false);
});

afterAll(() => tf.removeBackend('webgpu'));

/** Programs that `work` dispatches. */
async function dispatches(work: () => Promise<unknown>): Promise<number> {
  const { prototype } = GPUComputePassEncoder;
  const { dispatchWorkgroups } = prototype;
  let count = 0;
  prototype.dispatchWorkgroups = function (...groups) {
    count++;
    return dispatchWorkgroups.apply(this, groups);
  };
  try {
    await work();
    return count;
  } finally {
    prototype.dispatchWorkgroups = dispatchWorkgroups;
  }
}

/** One plain network of the golden case's shape, trained to have its sources' features. */
async function plainTrainer(golden: GoldenCase) {
  const models = await goldenModels(readFixture, golden);
  const tasks = await goldenTasks(readFixture, golden);
  const student = new Student(models[0]!, models);
  const data = new TrainingSet(tasks.map((task) => task.train));
  const targets = await featureTargets(data, models, golden.objective, student);
  const problem = reconstructionProblem(student, student.initial(), data, { targets, objective: golden.objective });
  return new Trainer(problem, adamWDefaults);
}

it('trains a plain ViT of four blocks with at most 400 programs a step, and leaves nothing behind', async () => {
  const golden = await readGolden(readFixture, 'vit-low-rank-first');
  const trainer = await plainTrainer(golden);
  const step = () => trainer.step(golden.batches[0] ?? [], { rate: 1e-3, diagonal: 1e-3 });
  await step();
  const [tensors, data] = [tf.memory().numTensors, tf.backend().numDataIds()];
  const count = await dispatches(step);
  expect(count).toBeGreaterThan(100);
  expect(count).toBeLessThanOrEqual(400);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(tf.backend().numDataIds()).toBe(data);
  expect(gpuErrors).toEqual([]);
});
