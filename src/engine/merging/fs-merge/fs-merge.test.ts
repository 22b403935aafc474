import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskImages } from '../../datasets/images.ts';
import { seededRandom } from '../../random.ts';
import { fsMergeSchema } from '../../recipe.ts';
import { randomModel, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { fsMerge } from './fs-merge.ts';

beforeAll(() => useNodeBackend('cpu'));

const random = seededRandom(1);
const models = [randomModel(smallVit, random), randomModel(smallVit, random)];
const images = { count: 4, shape: [4, 4, 2] as const, pixels: new Float32Array(128), labels: new Int32Array(4) };
const none = { ...images, count: 0 };
const task: TaskImages = { name: 'task', train: images, validation: none, test: images };
const alignment = { padding: 'end' as const, resize: false };
const context = { models, tasks: [task, task], alignment, material: null, seed: 1 };

describe('tensors of a merge that does not come to its end', () => {
  it('go when it fails before its first step', async () => {
    const before = tf.memory().numTensors;
    const options = fsMergeSchema.parse({ name: 'fs-merge', scope: 'local' });
    const merging = fsMerge.merge(context, options);
    await merging.next();
    await expect(merging.next()).rejects.toThrow(/for perceptrons/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('go when it is left in the middle', async () => {
    const before = tf.memory().numTensors;
    const merging = fsMerge.merge(context, fsMergeSchema.parse({ name: 'fs-merge', rank: 2 }));
    let seen = '';
    while (seen !== 'training') {
      const { value, done } = await merging.next();
      if (done) throw new Error('it ended');
      seen = value.type;
    }
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    await merging.return(undefined as never);
    expect(tf.memory().numTensors).toBe(before);
  });
});
