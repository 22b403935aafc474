import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useNodeBackend } from '../testing/node.ts';
import { largestDifference, operationCases, runCase } from './testing.ts';

describe('operations on wasm are the stock ones on cpu', () => {
  const expected: Float32Array[][] = [];

  beforeAll(async () => {
    await useNodeBackend('cpu');
    for (const one of operationCases) expected.push(await runCase(one));
    await useNodeBackend('wasm');
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each(operationCases.map((one, index) => ({ ...one, index })))('$title', async ({ index, ...one }) => {
    expect(largestDifference(await runCase(one), expected[index] ?? [])).toBeLessThan(2e-5);
  });
});
