import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../../architectures/model.ts';
import { seededRandom } from '../../random.ts';
import type { Activation } from '../../recipe.ts';
import { randomModel, smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { roundedTo } from '../testing.ts';
import type { ExportFloat } from './output.ts';
import { wholeFile } from './output.ts';
import { tfjsFiles } from './tfjs.ts';

beforeAll(() => useNodeBackend('cpu'));

const modelWith = (activation: Activation): Model => randomModel({ ...smallMlp, activation }, seededRandom(1));

const write = (model: Model, floatType: ExportFloat = 'F32') =>
  tfjsFiles('merged', model, { floatType, metadata: { fs_merge_facts: '{}' } });

/** The files, the weights decoded by TensorFlow.js itself. */
function read(model: Model, floatType: ExportFloat) {
  const [json, binary] = write(model, floatType).map((file) => ({ name: file.name, bytes: wholeFile(file) }));
  const description = JSON.parse(new TextDecoder().decode(json!.bytes));
  const [group] = description.weightsManifest;
  expect(group.paths).toEqual([binary!.name]);
  return { description, weights: tf.io.decodeWeights(binary!.bytes.buffer, group.weights) };
}

it.each<ExportFloat>(['F32', 'F16'])('a Sequential of Dense layers with kernels [in, out], in %s', (floatType) => {
  const model = modelWith('relu');
  const { description, weights } = read(model, floatType);
  expect(description).toMatchObject({
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { layers: [{ class_name: 'Dense' }, {}, {}] } },
    userDefinedMetadata: { fs_merge_facts: '{}' },
  });
  const configs = description.modelTopology.config.layers.map((layer: { config: unknown }) => layer.config);
  expect(configs).toMatchObject([
    { name: 'dense_1', units: 8, activation: 'relu', batch_input_shape: [null, 10] },
    { name: 'dense_2', units: 6, activation: 'relu' },
    { name: 'dense_3', units: 3, activation: 'linear' },
  ]);
  const rounded = roundedTo(floatType, model.weights);
  for (const [layer, canonical] of ['layers.0', 'layers.1', 'head'].entries()) {
    const { shape, values } = rounded.get(`${canonical}.weight`)!;
    const kernel = weights[`dense_${layer + 1}/kernel`]!;
    expect(kernel.shape).toEqual([...shape].reverse());
    expect(tf.transpose(kernel).dataSync()).toEqual(values);
    expect(weights[`dense_${layer + 1}/bias`]!.dataSync()).toEqual(rounded.get(`${canonical}.bias`)!.values);
  }
});

it.each([
  ['tanh', 'tanh'],
  ['identity', 'linear'],
  ['gelu', 'gelu'],
] as const)('%s is called %s', (activation, name) => {
  const { description } = read(modelWith(activation), 'F32');
  expect(description.modelTopology.config.layers[0].config.activation).toBe(name);
});

describe('what a layers model cannot hold is refused', () => {
  const vit = randomModel(smallVit, seededRandom(1));
  it.each([
    ['a ViT', vit, 'F32', /cannot hold a vision transformer/],
    ['gelu-tanh', modelWith('gelu-tanh'), 'F32', /no activation gelu-tanh/],
    ['quick-gelu', modelWith('quick-gelu'), 'F32', /no activation quick-gelu/],
    ['BF16', modelWith('relu'), 'BF16', /no BF16 weights/],
  ] as const)('%s', (_, model, floatType, message) => {
    expect(() => write(model, floatType)).toThrow(
      expect.objectContaining({ name: 'StudioError', message: expect.stringMatching(message) }),
    );
  });
});
