/** How many programs the GPU is given for one training step: JavaScript pays for each, whatever the GPU does. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TrainingSet } from '../../datasets/training-set.ts';
import type { StudioError } from '../../errors.ts';
import type { MatrixKind } from '../../recipe.ts';
import type { GoldenCase } from '../../testing/golden.ts';
import { goldenModels, goldenTasks, readGolden } from '../../testing/golden.ts';
import { superNetOf } from '../../testing/models.ts';
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

/** One plain network of the golden case's shape, or its SuperNet, trained to have its sources' features. */
async function trainerOf(what: 'network' | MatrixKind, golden: GoldenCase) {
  const models = await goldenModels(readFixture, golden);
  const tasks = await goldenTasks(readFixture, golden);
  const trained = what === 'network' ? new Student(models[0]!, models) : superNetOf(models, { kind: what, rank: 8 });
  const initial = trained instanceof Student ? trained.initial() : trained.initial('average', 1);
  const data = new TrainingSet(tasks.map((task) => task.train));
  const targets = await featureTargets(data, models, golden.objective, trained);
  const problem = reconstructionProblem(trained, initial, data, { targets, objective: golden.objective });
  return new Trainer(problem, adamWDefaults);
}

it.each(['network', 'full', 'diagonal+low-rank'] as const)(
  'trains a ViT of four blocks, %s, with at most 400 programs a step, and leaves nothing behind',
  async (what) => {
    const golden = await readGolden(readFixture, 'vit-low-rank-first');
    const trainer = await trainerOf(what, golden);
    const step = () => trainer.step(golden.batches[0] ?? [], { rate: 1e-3, diagonal: 1e-3 });
    await step();
    const [tensors, data] = [tf.memory().numTensors, tf.backend().numDataIds()];
    const count = await dispatches(step);
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThanOrEqual(400);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.backend().numDataIds()).toBe(data);
    expect(gpuErrors).toEqual([]);
  },
);
