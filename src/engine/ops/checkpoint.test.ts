import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { features } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { peakBytes } from '../testing/live-bytes.ts';
import { randomModel, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';

beforeAll(() => useNodeBackend('wasm'));

const deep = { ...smallVit, blocks: 8 };

/** Gradients of a network's features in all of its parameters, and the most bytes held on the way. */
async function gradients(checkpointing: boolean) {
  const { weights } = randomModel(deep, seededRandom(1));
  const parameters = toBackend(weights);
  const patches = normals([16, 4, 8], 1, seededRandom(2));
  const inputs = tf.tensor(patches.values, patches.shape as number[]);
  const names = [...parameters.keys()].filter((name) => !name.startsWith('head'));
  const loss = (...tensors: tf.Tensor[]) => {
    const own = new Map(names.map((name, index) => [name, tensors[index] as tf.Tensor] as const));
    return tf.sum(tf.square(features(deep, own, inputs, undefined, checkpointing)));
  };
  const results: Float32Array[] = [];
  const bytes = await peakBytes(async () => {
    const all = tf.grads(loss)(names.map((name) => parameters.get(name) as tf.Tensor));
    for (const gradient of all) results.push(((await gradient.data()) as Float32Array).slice());
    tf.dispose(all);
  });
  tf.dispose(inputs);
  disposeAll(parameters);
  return { results, bytes };
}

it('gives the same gradients bit for bit, with less memory, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  const kept = await gradients(false);
  const again = await gradients(true);
  expect(again.results).toEqual(kept.results);
  expect(kept.results.some((gradient) => gradient.some((value) => value !== 0))).toBe(true);
  expect(again.bytes).toBeLessThan(0.6 * kept.bytes);
  expect(tf.memory().numTensors).toBe(before);
});
