import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { featureWidth } from '../architectures/model.ts';
import { inputShape } from '../datasets/images.ts';
import { seededRandom } from '../random.ts';
import { normals } from '../supernet/matrix-kind.ts';
import { randomModel, smallVit, vitLayouts } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { plainVitOutputs } from '../testing/plain-vit.ts';
import { rowsOf } from '../theory/testing.ts';
import { features, logits } from './network.ts';
import { disposeAll, toBackend } from './parameters.ts';

beforeAll(() => useNodeBackend('wasm'));

const images = 3;

/** A network's outputs on a batch, and those of the plain loops, image by image. */
function both([, vit]: (typeof vitLayouts)[number]) {
  const random = seededRandom(4);
  const model = randomModel(vit, random);
  const shape = [images, ...inputShape(vit)];
  const inputs = normals(shape, 1, random);
  const parameters = toBackend(model.weights);
  const run = (compute: typeof features) =>
    tf.tidy(() => compute(vit, parameters, tf.tensor(inputs.values, shape)).arraySync());
  const network = { features: run(features), head: run(logits) };
  disposeAll(parameters);
  const size = inputs.values.length / images;
  const plain = Array.from({ length: images }, (_, image) => {
    const values = inputs.values.subarray(image * size, (image + 1) * size);
    return plainVitOutputs(model, rowsOf({ shape: shape.slice(1), values }));
  });
  return { network, plain };
}

describe('a ViT against plain loops', () => {
  it.each(vitLayouts)('%s: features and what the head makes of them', (...layout) => {
    const { network, plain } = both(layout);
    for (const what of ['features', 'head'] as const) {
      for (const [image, outputs] of plain.entries()) {
        const computed = network[what][image] ?? [];
        expect(computed.length).toBe(what === 'head' ? smallVit.classes : featureWidth(layout[1]));
        for (const [unit, value] of outputs[what].entries()) {
          expect(Math.abs(value - (computed[unit] ?? Number.NaN)), `${what} ${unit}`).toBeLessThan(1e-5);
        }
      }
    }
  });
});
