import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { contextOf, fsMergeOptions, randomModels, runMerge } from './fs-merge/testing.ts';
import { measureStep } from './measure-step.ts';

beforeAll(() => useNodeBackend('wasm'));

const go = async () => false;
const wide = { ...smallVit, image: 16, width: 48, hidden: 192, blocks: 3 };
const options = fsMergeOptions({ kind: 'full', batchSize: 16, epochs: 12 });

describe('measureStep', () => {
  it('takes about what a step of the run takes, and leaves no tensor', async () => {
    const context = contextOf(randomModels([wide, wide]), { images: { train: 40, validation: 0 } });
    const before = tf.memory().numTensors;
    const seconds = (await measureStep(context, options, go)) ?? 0;
    expect(tf.memory().numTensors).toBe(before);
    const started = performance.now();
    const { losses } = await runMerge(context, options);
    const perStep = (performance.now() - started) / 1000 / losses.length;
    // Loose: other work on the machine comes between. A whole epoch, or no step at all, would be outside.
    expect(seconds).toBeGreaterThan(perStep / 4);
    expect(seconds).toBeLessThan(perStep * 4);
  });

  it('ends when it is cancelled, and leaves no tensor', async () => {
    const context = contextOf(randomModels([smallVit, smallVit]));
    const before = tf.memory().numTensors;
    let asked = 0;
    expect(await measureStep(context, options, async () => ++asked > 2)).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
  });
});
