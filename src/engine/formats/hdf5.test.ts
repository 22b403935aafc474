import { expect, test } from 'vitest';
import { StudioError } from '../errors.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { readCheckpoint } from './detect.ts';
import { cut, cutPoints, errorOf, expectSameWeights, fixture, readAll, sparse, zipped } from './testing.ts';

/** The weights of the Keras fixtures, under names of this form. */
async function expected(name: (layer: string, weight: string) => string) {
  const weights = await readAll(await readCheckpoint(fixture('keras-weights.npz')));
  return new Map(Array.from(weights, ([path, weight]) => [name(...(path.split('/') as [string, string])), weight]));
}

test('a model of Keras 2: chunks, shuffled and deflated; the optimizer is left out, the activations are kept', async () => {
  const checkpoint = await readCheckpoint(fixture('keras-2.h5'));
  expect(checkpoint).toMatchObject({ container: 'HDF5', bytes: fixture('keras-2.h5').size, parts: [] });
  expectSameWeights(await readAll(checkpoint), await expected((layer, weight) => `${layer}/${layer}/${weight}:0`));
  const { config } = JSON.parse(checkpoint.metadata.keras_config!);
  expect(config.layers.map((layer: { config: object }) => layer.config)).toMatchObject([
    { name: 'dense', activation: 'tanh' },
    { name: 'dense_1', activation: 'softmax' },
  ]);
});

test('a model of Keras 3', async () => {
  const checkpoint = await readCheckpoint(fixture('keras-3.keras'));
  expect(checkpoint.container).toBe('Keras');
  const weights = await readAll(checkpoint);
  expect([...weights.get('layers/dropout/seed_generator/vars/0')!.values]).toEqual([7, 2 ** 32]);
  weights.delete('layers/dropout/seed_generator/vars/0');
  expectSameWeights(weights, await expected((layer, weight) => `layers/${layer}/vars/${weight === 'kernel' ? 0 : 1}`));
  expect(JSON.parse(checkpoint.metadata.keras_config!)).toMatchObject({ module: 'keras', class_name: 'Sequential' });
});

test('numbers of every type, in both byte orders; what is no array of numbers is left out', async () => {
  const { tensors } = await readCheckpoint(fixture('types.hdf5'));
  const weights = await readAll({ tensors } as never);
  const names = (prefix: string) => [...weights.keys()].filter((name) => name.startsWith(prefix));
  expect(names('float/')).toHaveLength(6);
  for (const name of names('float/')) {
    expect([name, ...weights.get(name)!.values]).toEqual([name, -2.5, 1.5, 0.5, 2, -1, 3]);
    expect(weights.get(name)!.shape).toEqual([2, 3]);
  }
  expect(names('int/')).toHaveLength(7);
  for (const name of names('int/')) expect([name, ...weights.get(name)!.values]).toEqual([name, -3, 0, 100]);
  expect(names('uint/')).toHaveLength(4);
  for (const name of names('uint/')) expect([name, ...weights.get(name)!.values]).toEqual([name, 1, 2, 200]);
  expect(tensors.get('float/f2be')!.elementType).toBe('F16');
  expect([...weights.get('bool')!.values]).toEqual([1, 0]);
  expect(weights.get('scalar')).toEqual({ shape: [], values: Float32Array.of(2.5) });
  expect(weights.get('link')).toEqual(weights.get('scalar'));
  expect(weights.get('empty')).toEqual({ shape: [0, 3], values: new Float32Array() });
  expect(weights.get('cycle/w')!.shape).toEqual([]);
  expect(weights.size).toBe(6 + 7 + 4 + 5);
});

test('two files at once', async () => {
  const [first, second] = await Promise.all([
    readCheckpoint(fixture('keras-2.h5')),
    readCheckpoint(fixture('types.hdf5')),
  ]);
  expect([first!.tensors.size, second!.tensors.size]).toEqual([4, 22]);
});

test.each(cutPoints(fixture('keras-2.h5')).filter((size) => size > 8))('cut off after %d bytes', async (size) => {
  const error = await errorOf(readCheckpoint(cut(fixture('keras-2.h5'), size)));
  expect(error.message).toMatch(/cut off or damaged: it cannot be read as HDF5/);
});

test('an array that is packed in an unknown way, by name; the next file is read as if nothing had been', async () => {
  const error = await errorOf(readCheckpoint(fixture('lzf.hdf5')));
  expect(error.message).toMatch(/array "\/w" in lzf\.hdf5 cannot be unpacked/);
  expect((await readCheckpoint(fixture('keras-2.h5'))).tensors.size).toBe(4);
});

test('more than memory should take, before it is read', async () => {
  const start = new Uint8Array(await fixture('keras-2.h5').slice(0, 512).arrayBuffer());
  const source = sparse(5e9, [[0, start]]);
  const error = await errorOf(readCheckpoint({ name: 'large.h5', source }));
  expect(error.message).toMatch(/large\.h5 is 4\.7 GB/);
  expect(error.advice).toMatch(/safetensors/);
});

test('an archive with other weights than HDF5', async () => {
  const file = await zipped('thing.keras', { 'model.weights.h5': new Uint8Array(100) });
  expect((await errorOf(readCheckpoint(file))).message).toMatch(/thing\.keras is cut off or damaged/);
});

test('any damaged byte ends in numbers or in an error for people', async () => {
  const whole = new Uint8Array(await fixture('keras-2.h5').arrayBuffer());
  const outcomes = { read: 0, refused: 0 };
  for (let at = 8; at < whole.length; at += 23) {
    const bytes = whole.slice();
    bytes[at]! ^= 0xff;
    const outcome = await readCheckpoint({ name: 'small', source: bytesSource(bytes) })
      .then(readAll)
      .catch((error) => error);
    if (outcome instanceof StudioError) outcomes.refused++;
    else if (outcome instanceof Map) outcomes.read++;
    else expect.fail(`byte ${at}: ${outcome}`);
  }
  expect(outcomes.read).toBeGreaterThan(0);
  expect(outcomes.refused).toBeGreaterThan(0);
});
