import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { readImageFile } from '../../datasets/files/npz.ts';
import { inputShape, writeInputs } from '../../datasets/images.ts';
import { readCheckpoint } from '../../formats/detect.ts';
import { readNpz } from '../../formats/npz.ts';
import { logits } from '../../network/network.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import { readFixture, useNodeBackend } from '../../testing/node.ts';
import { loadModel, overrideFacts, recogniseSource } from '../source.ts';

interface Expected {
  eps?: number;
  heads?: number;
  /** Of a CLIP tower the embedding, else what the head reads. */
  features: number[][];
  logits?: number[][];
}

const readJson = async (path: string) => {
  const { source } = await readFixture(path);
  return JSON.parse(new TextDecoder().decode(await source.read(0, source.size)));
};

beforeAll(() => useNodeBackend('cpu'));

/** What PyTorch computed for the first eight test images of MNIST. */
it.each([
  ['huggingface/model.safetensors'],
  ['huggingface-v5.safetensors'],
  ['torchvision.pth'],
  ['flax.npz'],
  ['wrapped-data-parallel.pth'],
  ['mlp.npz'],
  ['mlp-named-layers.safetensors'],
  ['open-clip-visual.pt'],
  ['huggingface-clip-vision.safetensors'],
])('%s gives the logits or the embedding of the network that it was saved from', async (file) => {
  const { expected } = await readJson('fixtures/formats/expected.json');
  const { eps: epsilon, heads, features, logits: wanted = features }: Expected = expected[file];
  const images = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
  const source = recogniseSource(await readCheckpoint(await readFixture(`fixtures/formats/${file}`)));
  const { architecture, weights } = await loadModel(overrideFacts(source, { epsilon, heads }));
  const shape = [wanted.length, ...inputShape(architecture)];
  const inputs = new Float32Array(tf.util.sizeFromShape(shape));
  writeInputs(architecture, images!.test, [...wanted.keys()], inputs);
  const parameters = toBackend(weights);
  const given = tf.tidy(() => logits(architecture, parameters, tf.tensor(inputs, shape)).arraySync());
  disposeAll(parameters);
  for (const [image, row] of given.entries()) {
    for (const [label, logit] of row.entries()) expect(Math.abs(logit - wanted[image]![label]!)).toBeLessThan(1e-4);
  }
});
