import { beforeAll, describe, expect, it } from 'vitest';
import { networkInputs } from '../datasets/images.ts';
import { StudioError } from '../errors.ts';
import { logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import type { Architecture, Model } from './model.ts';
import { foldNormalisation, unfoldNormalisation } from './normalisation.ts';

beforeAll(() => useNodeBackend('cpu'));

const vit = { ...smallVit, channels: 3 };
const mlp = { ...smallMlp, inputs: 4 * 4 * 3 };
const headAlone = { ...mlp, widths: [] };
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const cases: [string, Architecture, number[], number[]][] = [
  ['a ViT, by channel', vit, imageNet.mean, imageNet.std],
  ['a ViT, one for all', vit, [0.5], [0.5]],
  ['a ViT, one mean for all and a std for each channel', vit, [0.4], imageNet.std],
  ['a ViT, a mean for each channel and one std for all', vit, imageNet.mean, [0.3]],
  ['an MLP, by channel', mlp, imageNet.mean, imageNet.std],
  ['an MLP of one channel', mlp, [0.1307], [0.3081]],
  ['a head on the pixels', headAlone, imageNet.mean, imageNet.std],
];

const randomOf = (architecture: Architecture) => randomModel(architecture, seededRandom(6));

/** Logits of images `[5, 4, 4, 3]`, given as pixels with channels last. */
async function logitsOf({ architecture, weights }: Model, pixels: Float32Array): Promise<Float32Array> {
  const parameters = toBackend(weights);
  const images = { count: 5, shape: [4, 4, 3] as const, pixels, labels: new Int32Array(5) };
  const values = await logits(architecture, parameters, networkInputs(architecture, images, [0, 1, 2, 3, 4])).data();
  disposeAll(parameters);
  return Float32Array.from(values);
}

const largest = (a: Float32Array, b: ArrayLike<number>): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);

describe.each(cases)('normalisation in the weights of %s', (_, architecture, mean, std) => {
  const model = randomOf(architecture);
  const folded = foldNormalisation(model, mean, std);

  it('answers to raw pixels as the network does to normalised ones', async () => {
    const random = seededRandom(2);
    const raw = Float32Array.from({ length: 5 * 4 * 4 * 3 }, () => random.uniform());
    const own = (values: number[], index: number) => values[values.length === 1 ? 0 : index % 3] ?? Number.NaN;
    const normalised = raw.map((pixel, index) => (pixel - own(mean, index)) / own(std, index));
    const wanted = await logitsOf(model, normalised);
    expect(largest(await logitsOf(folded, raw), wanted)).toBeLessThan(1e-5);
    expect(largest(await logitsOf(model, raw), wanted)).toBeGreaterThan(1e-2);
  });

  it('comes out again, and touches no other layer', () => {
    const back = unfoldNormalisation(folded, mean, std);
    expect([...back.weights.keys()]).toEqual([...model.weights.keys()]);
    for (const [name, { shape, values }] of model.weights) {
      expect(back.weights.get(name)?.shape).toEqual(shape);
      expect(largest(values, back.weights.get(name)?.values ?? []), name).toBeLessThan(1e-6);
    }
    const changed = [...folded.weights].filter(([name, weight]) => model.weights.get(name) !== weight);
    expect(changed).toHaveLength(2);
  });
});

describe('what is no normalisation', () => {
  it.each<[string, Architecture, number[], number[], RegExp]>([
    ['two means for three channels', vit, [0.5, 0.5], [0.5], /2 means and 1 stds are given for images of 3 channels/],
    ['no std', vit, [0.5], [], /1 means and 0 stds/],
    ['neither', mlp, [], [], /0 means and 0 stds/],
    [
      'means and stds that differ in number',
      mlp,
      [0.1, 0.2, 0.3],
      [1, 1],
      /3 means and 2 stds are given for 48 inputs/,
    ],
    ['channels that do not divide the inputs', smallMlp, [0.1, 0.2, 0.3], [1], /for 10 inputs, which are no pixels/],
    ['a std of 0', vit, imageNet.mean, [0.2, 0, 0.2], /a std is a number above 0/],
    ['a negative std', mlp, [0], [-1], /a std is a number above 0/],
    ['a mean that is no number', vit, [Number.NaN], [1], /mean NaN and std 1/],
  ])('%s is refused, in and out', (_, architecture, mean, std, message) => {
    for (const change of [foldNormalisation, unfoldNormalisation]) {
      const attempt = () => change(randomOf(architecture), mean, std);
      expect(attempt).toThrow(StudioError);
      expect(attempt).toThrow(message);
    }
  });
});
