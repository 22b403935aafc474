import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from './evaluation/evaluate.ts';
import { modelPredictor } from './evaluation/predictors.ts';
import { foldedDifference, goldenLosses, readGolden, runGolden } from './testing/golden.ts';
import { readFixture, useNodeBackend } from './testing/node.ts';

const cases = [
  'mlp-diagonal-first',
  'mlp-full-average',
  'mlp-full-first',
  'mlp-full-first-all',
  'mlp-full-first-local',
  'mlp-full-random',
  'mlp-low-rank-average',
  'mlp-low-rank-only-random',
  'vit-diagonal-average',
  'vit-full-first',
  'vit-full-random',
  'vit-low-rank-first',
  'vit-low-rank-first-two-rates',
];

beforeAll(() => useNodeBackend('wasm'));

describe('the golden cases of the independent reference', () => {
  it.each(cases)('%s: losses, folded weights and accuracies', async (name) => {
    const golden = await readGolden(readFixture, name);
    const before = tf.memory().numTensors;
    const { losses, folded, tasks } = await runGolden(readFixture, golden);
    const reference = goldenLosses(golden);
    expect(losses).toHaveLength(reference.length);
    for (const [step, terms] of losses.entries()) {
      for (const [term, loss] of terms.entries()) {
        const expected = reference[step]?.[term] ?? Number.NaN;
        const error = Math.abs(loss - expected) / expected;
        expect(error, `step ${step}`).toBeLessThan(1e-4);
      }
    }
    const difference = await foldedDifference(readFixture, golden, folded);
    expect(difference).toBeLessThan(1e-3);
    const predictor = modelPredictor(
      folded,
      golden.tasks.map((task) => task.labels.length),
    );
    const score = await evaluate(predictor, tasks);
    predictor.dispose();
    for (const task of golden.tasks.keys()) {
      expect(Math.abs((score.perTask[task] ?? 0) - (golden.accuracy.per_task[task] ?? 0))).toBeLessThan(0.003);
      expect(Math.abs((score.jointPerTask[task] ?? 0) - (golden.accuracy.joint[task] ?? 0))).toBeLessThan(0.003);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  // What training ran before layers of a shape were folded at once, and what it falls back to.
  it.each(['mlp-full-random', 'mlp-low-rank-average', 'vit-low-rank-first-two-rates'])(
    '%s: the first losses, folded layer by layer',
    async (name) => {
      const golden = await readGolden(readFixture, name);
      const { losses } = await runGolden(readFixture, golden, 12, false);
      const reference = goldenLosses(golden);
      expect(losses).toHaveLength(12);
      for (const [step, [loss]] of losses.entries()) {
        const expected = reference[step]?.[0] ?? Number.NaN;
        expect(Math.abs((loss ?? Number.NaN) - expected) / expected, `step ${step}`).toBeLessThan(1e-4);
      }
    },
  );
});
