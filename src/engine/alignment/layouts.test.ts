import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../architectures/model.ts';
import { concatenate, leadingTokens, parameterShapes } from '../architectures/model.ts';
import { inputShape } from '../datasets/images.ts';
import { logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { paddings } from '../recipe.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { randomModel, smallVit, vitLayouts } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { alignModels } from './align.ts';
import { resizeVit } from './resize-vit.ts';

beforeAll(() => useNodeBackend('cpu'));

const valuesOf = ({ weights }: Model, name: string) => weights.get(name)?.values ?? new Float32Array();

const shapesOf = ({ weights }: Model) => new Map([...weights].map(([name, { shape }]) => [name, [...shape]]));

function logitsOf({ architecture, weights }: Model): Float32Array {
  const parameters = toBackend(weights);
  const shape = [5, ...inputShape(architecture)];
  const inputs = normals(shape, 1, seededRandom(8)).values;
  const values = tf.tidy(() => logits(architecture, parameters, tf.tensor(inputs, shape)).dataSync<'float32'>());
  disposeAll(parameters);
  return values;
}

describe.each(vitLayouts)('a ViT, %s', (_, vit) => {
  it.each(paddings)('beside a deeper one keeps its function, padding %s', (padding) => {
    const models = [vit, { ...vit, blocks: 4 }].map((one) => randomModel(one, seededRandom(2))) as [Model, Model];
    const [padded] = alignModels(models, { padding, resize: false }) as [Model];
    expect(padded.architecture).toEqual(models[1].architecture);
    expect(shapesOf(padded)).toEqual(parameterShapes(padded.architecture));
    const own = logitsOf(models[0]);
    for (const [index, value] of logitsOf(padded).entries()) expect(value).toBeCloseTo(own[index] ?? Number.NaN, 5);
  });

  it('of another image size: positions of class token and registers stay, those of patches are resized as ever', () => {
    const model = randomModel({ ...vit, image: 8 }, seededRandom(4));
    const own = valuesOf(model, 'positions');
    const leading = leadingTokens(vit) * vit.width;
    const patches = concatenate([new Float32Array(vit.width), own.subarray(leading)]);
    const plain = randomModel({ ...smallVit, image: 8 }, seededRandom(4));
    const weights = new Map(plain.weights).set('positions', { shape: [17, vit.width], values: patches });
    const wanted = valuesOf(resizeVit({ ...plain, weights }, { image: 12, patch: 2 }), 'positions');
    const resized = resizeVit(model, { image: 12, patch: 2 });
    expect(shapesOf(resized)).toEqual(parameterShapes(resized.architecture));
    expect(valuesOf(resized, 'positions')).toEqual(concatenate([own.subarray(0, leading), wanted.subarray(vit.width)]));
    for (const name of ['class_token', 'registers']) expect(resized.weights.get(name)).toBe(model.weights.get(name));
  });
});
