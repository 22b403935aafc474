import { describe, expect, test } from 'vitest';
import { namedSource } from '../tensors/byte-source.ts';
import { encodeElements } from '../tensors/elements.ts';
import { readCheckpoint } from './detect.ts';
import type { Beside } from './format.ts';
import { errorOf, expectSameWeights, fixture, joined, readAll, watched } from './testing.ts';

const shards = [1, 2, 3].map((i) => fixture(`tfjs/group1-shard${i}of3.bin`));
const beside = (...files: File[]): Beside => new Map(files.map((file) => [file.name, namedSource(file)]));

const model = (weights: object[], more: object = {}) =>
  new File(
    [JSON.stringify({ modelTopology: {}, weightsManifest: [{ paths: ['w.bin'], weights }], ...more })],
    'model.json',
  );

async function valuesOf(weights: object[], bytes: Uint8Array<ArrayBuffer>) {
  const checkpoint = await readCheckpoint(model(weights), beside(new File([bytes], 'w.bin')));
  const read = await readAll(checkpoint);
  return Object.fromEntries(Array.from(read, ([name, { values }]) => [name, [...values]]));
}

test('a layers model in three files, cut in the middle of numbers', async () => {
  const checkpoint = await readCheckpoint(fixture('tfjs/model.json'), beside(...shards));
  expect(checkpoint).toMatchObject({
    file: 'model.json',
    container: 'TensorFlow.js layers model',
    parts: shards.map(({ name }) => name),
    bytes: fixture('tfjs/model.json').size + 172,
  });
  const exact = await readCheckpoint(fixture('keras-weights.npz'));
  expectSameWeights(await readAll(checkpoint), await readAll(exact));
  expect(JSON.parse(checkpoint.metadata.keras_config!)).toMatchObject({ class_name: 'Sequential' });
});

test('reads a weight by its own bytes', async () => {
  const files = shards.map(watched);
  const { tensors } = await readCheckpoint(fixture('tfjs/model.json'), new Map(files.map((file) => [file.name, file])));
  expect(files.map((file) => file.bytesRead())).toEqual([0, 0, 0]);
  await tensors.get('dense/bias')!.read();
  expect(files.map((file) => file.bytesRead())).toEqual([0, 16, 0]);
});

test('quantised weights, in the rule of the manifest', async () => {
  const quantised = (dtype: string) => ({ dtype, scale: 0.5, min: -1 });
  const weights = [
    { name: 'byte', shape: [2], dtype: 'float32', quantization: quantised('uint8') },
    { name: 'whole', shape: [2], dtype: 'int32', quantization: { ...quantised('uint8'), min: 0 } },
    { name: 'word', shape: [3], dtype: 'float32', quantization: quantised('uint16') },
    { name: 'half', shape: [2], dtype: 'float32', quantization: { dtype: 'float16', original_dtype: 'float32' } },
    { name: 'plain', shape: [1], dtype: 'int32' },
    { name: 'flag', shape: [1], dtype: 'bool' },
  ];
  const half = encodeElements('F16', Float32Array.of(1.5, -2));
  const bytes = joined(0, 255, 3, 4, 0, 0, 2, 0, 255, 255, half, 7, 0, 0, 0, 1);
  expect(await valuesOf(weights, bytes)).toEqual({
    byte: [-1, 126.5],
    whole: [2, 2],
    word: [-1, 0, 65535 * 0.5 - 1],
    half: [1.5, -2],
    plain: [7],
    flag: [1],
  });
});

describe('refuses', () => {
  test('a model without its weights, naming each file that is missing', async () => {
    const error = await errorOf(readCheckpoint(fixture('tfjs/model.json'), beside(shards[1]!)));
    expect(error.message).toMatch(/: group1-shard1of3\.bin, group1-shard3of3\.bin are missing/);
    expect(error.subject).toBe('model.json');
  });

  test('weights that end early, naming their file', async () => {
    const work = valuesOf([{ name: 'w', shape: [3], dtype: 'float32' }], new Uint8Array(11));
    expect((await errorOf(work)).message).toMatch(/w\.bin is cut off: the tensor "w" ends at byte 12 of 11/);
  });

  const one = [{ name: 'w', shape: [1], dtype: 'float32' }];
  const refused: [string, File, RegExp][] = [
    ['a graph model by its own account', model(one, { format: 'graph-model' }), /graph model/],
    ['a graph model by its graph', model(one, { modelTopology: { node: [] } }), /graph model/],
    ['text', model([{ name: 'w', shape: [1], dtype: 'string' }]), /"w" in model\.json.*string/],
    [
      'an unknown quantisation',
      model([{ ...one[0], quantization: { dtype: 'int4', scale: 1, min: 0 } }]),
      /"w" in model\.json.*int4/,
    ],
    ['no manifest', model(one, { weightsManifest: undefined }), /list of weights/],
    ['a manifest without files', model(one, { weightsManifest: [{ paths: [], weights: [] }] }), /list of weights/],
    ['a shape that cannot be', model([{ name: 'w', shape: [-1], dtype: 'float32' }]), /list of weights/],
  ];
  test.each(refused)('%s', async (_, file, message) => {
    const error = await errorOf(readCheckpoint(file, beside(new File([new Uint8Array(8)], 'w.bin'))));
    expect(error.message).toMatch(message);
    expect(error.subject).toBe('model.json');
  });
});
