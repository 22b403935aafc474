/** Files that other libraries wrote, from the drop to what their models and images are. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { readWeights } from '../architectures/tables.ts';
import type { DecodeImage } from '../datasets/files/image-reader.ts';
import { networkInputs } from '../datasets/images.ts';
import { logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { Workspace } from '../workspace.ts';
import { normalised } from './recipe-source.ts';

beforeAll(() => useNodeBackend('cpu'));

const undecoded: DecodeImage = () => Promise.reject(new Error('no image was expected'));

it.each(['keras-classroom.keras', 'keras-classroom.h5'])(
  '%s gives the probabilities that Keras gives',
  async (name) => {
    const workspace = new Workspace();
    const { loaded, failed } = await workspace.take([await readFixture(`fixtures/formats/${name}`)], {
      decode: undecoded,
    });
    expect(failed).toEqual([]);
    expect(loaded[0]).toMatchObject({ kind: 'source', id: name });
    const source = workspace.source(name);
    expect(source.match.architecture).toMatchObject({
      kind: 'mlp',
      inputs: 784,
      widths: [8, 6],
      classes: 10,
      activation: 'relu',
    });
    const model = normalised(source, { facts: {} }, await readWeights(source.checkpoint, source.match));
    const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => (37 * i + Math.floor(i / 11)) % 256);
    const images = { count: 2, shape: [28, 28, 1] as const, pixels, labels: new Int32Array(2) };
    const parameters = toBackend(model.weights);
    const probabilities = tf.tidy(() =>
      tf.softmax(logits(model.architecture, parameters, networkInputs(model.architecture, images, [0, 1]))),
    );
    const { source: expected } = await readFixture('fixtures/formats/keras-classroom.json');
    const rows = JSON.parse(new TextDecoder().decode(await expected.read(0, expected.size))) as number[][];
    for (const [index, value] of probabilities.dataSync().entries()) {
      expect(Math.abs(value - (rows.flat()[index] ?? Number.NaN))).toBeLessThan(1e-5);
    }
    probabilities.dispose();
    disposeAll(parameters);
  },
);

it('images as Hugging Face stores them: both splits, names of the labels, every PNG handed to the decoder', async () => {
  const decoded: Uint8Array[] = [];
  const decode: DecodeImage = async (bytes, type) => {
    expect(type).toBe('image/png');
    decoded.push(bytes);
    return { height: 2, width: 2, channels: 1, pixels: new Uint8Array(4).fill(decoded.length) };
  };
  const names = ['digits-train-00000-of-00001.parquet', 'digits-test-00000-of-00001.parquet'];
  const files = await Promise.all(names.map((name) => readFixture(`fixtures/images/${name}`)));
  const workspace = new Workspace();
  const { loaded, failed } = await workspace.take(files, { decode });
  expect(failed).toEqual([]);
  const [images] = loaded;
  if (images?.kind !== 'images') throw new Error('no images');
  const { train, test, labelNames } = images.images;
  expect([train.count, test.count]).toEqual([20, 10]);
  expect([...train.labels]).toEqual([2, 3, 4, 6, 4, 2, 2, 4, 1, 3, 1, 1, 2, 2, 1, 4, 7, 2, 3, 3]);
  expect(labelNames?.slice(0, 3)).toEqual(['zero', 'one', 'two']);
  expect(decoded).toHaveLength(30);
  for (const bytes of decoded) expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});
