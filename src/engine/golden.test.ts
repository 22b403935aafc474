import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenLosses, readGolden, runGolden } from './testing/golden.ts';
import { goldenCases, goldenDistance, largestRelative } from './testing/golden-cases.ts';
import { readFixture, useNodeBackend } from './testing/node.ts';

beforeAll(() => useNodeBackend('wasm'));

describe('the golden cases of the independent reference', () => {
  it.each(goldenCases)('%s: losses, folded weights and accuracies', async (name) => {
    const before = tf.memory().numTensors;
    const { loss, weights, accuracy } = await goldenDistance(name);
    expect(loss).toBeLessThan(1e-4);
    expect(weights).toBeLessThan(1e-3);
    expect(accuracy).toBeLessThan(0.003);
    expect(tf.memory().numTensors).toBe(before);
  });

  // What training ran before layers of a shape were folded at once, and what it falls back to.
  it.each(['mlp-full-random', 'mlp-low-rank-average', 'vit-low-rank-first-two-rates'])(
    '%s: the first losses, folded layer by layer',
    async (name) => {
      const golden = await readGolden(readFixture, name);
      const { losses } = await runGolden(readFixture, golden, 12, false);
      expect(losses).toHaveLength(12);
      expect(largestRelative(losses, goldenLosses(golden))).toBeLessThan(1e-4);
    },
  );
});
