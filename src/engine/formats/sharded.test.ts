import { describe, expect, test } from 'vitest';
import { namedSource } from '../tensors/byte-source.ts';
import { readCheckpoint } from './detect.ts';
import type { Beside } from './format.ts';
import * as p from './pickle/assemble.testing.ts';
import { errorOf, expectSameWeights, fileAt, fixture, joined, readAll, watched, zipped } from './testing.ts';
import { writeSafetensors } from './write/safetensors.ts';

const shardNames = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const shard = (name: string) => fixture(`sharded/${name}`);
const index = () => fixture('sharded/model.safetensors.index.json');
const beside = (...files: File[]): Beside => new Map(files.map((file) => [file.name, namedSource(file)]));

const indexOf = (map: unknown) =>
  new File([JSON.stringify({ metadata: { total_size: 1 }, weight_map: map })], 'i.json');
const tensorFile = (name: string, ...tensors: string[]) => {
  const weight = { shape: [2], values: Float32Array.of(1, 2) };
  return new File(
    [
      writeSafetensors(
        tensors.map((tensor) => [tensor, weight]),
        { elementType: 'F32' },
      ),
    ],
    name,
  );
};

describe('reads', () => {
  test('a ViT in two files equals the one in a single file', async () => {
    const files = shardNames.map(shard);
    const sharded = await readCheckpoint(index(), beside(...files));
    expect(sharded).toMatchObject({
      file: 'model.safetensors.index.json',
      container: 'sharded safetensors',
      parts: shardNames,
      bytes: index().size + files[0]!.size + files[1]!.size,
    });
    const exact = await readCheckpoint(fileAt('public/demo/vit/vit-mnist.safetensors'));
    expectSameWeights(await readAll(sharded), await readAll(exact));
  });

  test('a shard alone, as what it is', async () => {
    const alone = await readCheckpoint(shard(shardNames[0]!));
    expect(alone).toMatchObject({ container: 'safetensors', file: shardNames[0], parts: [] });
    expect(alone.tensors.size).toBeLessThan(56);
  });

  test('no more of the shards than their headers', async () => {
    const files = shardNames.map((name) => watched(shard(name)));
    const { tensors } = await readCheckpoint(index(), new Map(files.map((file) => [file.name, file])));
    expect(tensors.size).toBe(56);
    for (const file of files) expect(file.bytesRead()).toBeLessThan(10_000);
  });

  test('shards of PyTorch, in a folder, each with its own tensors', async () => {
    const pickle = (name: string) => p.pickled(p.dictionary([p.text(name), p.tensor()], [p.text('more'), p.tensor()]));
    const make = (file: string, name: string) =>
      zipped(file, { 'a/data.pkl': pickle(name), 'a/data/0': new Uint8Array(16) });
    const files = [await make('m-1.bin', 'a'), await make('m-2.bin', 'b')];
    const file = indexOf({ a: 'weights/m-1.bin', b: 'weights/m-2.bin' });
    const checkpoint = await readCheckpoint(file, beside(...files));
    expect([...checkpoint.tensors.keys()]).toEqual(['a', 'b']);
    expect(checkpoint).toMatchObject({ container: 'sharded PyTorch zip', parts: ['m-1.bin', 'm-2.bin'] });
  });
});

describe('refuses', () => {
  test('an index without its shards, naming each that is missing', async () => {
    const none = await errorOf(readCheckpoint(index()));
    expect(none.message).toContain(`${shardNames[0]}, ${shardNames[1]} are missing`);
    const one = await errorOf(readCheckpoint(index(), beside(shard(shardNames[0]!))));
    expect(one.message).toContain(`checkpoint: ${shardNames[1]} is missing`);
    expect(one.subject).toBe('model.safetensors.index.json');
  });

  test('a shard without a tensor that the index promises', async () => {
    const file = indexOf({ a: 's-1', b: 's-2' });
    const error = await errorOf(readCheckpoint(file, beside(tensorFile('s-1', 'a'), tensorFile('s-2', 'c'))));
    expect(error.message).toMatch(/s-2 has no tensor "b", which i\.json says/);
  });

  test('a shard of another format', async () => {
    const error = await errorOf(readCheckpoint(indexOf({ a: 's-1' }), beside(new File([joined('GGUF')], 's-1'))));
    expect(error.message).toMatch(/s-1, which i\.json names, is neither/);
  });

  test.each([
    ['no map', new File(['{"weight_map": 7}'], 'i.json')],
    ['a list', indexOf(['a'])],
    ['numbers for files', indexOf({ a: 1 })],
    ['no tensors', indexOf({})],
    ['half an index', new File([index().slice(0, 900)], 'i.json')],
  ])('%s', async (_, file) => {
    expect((await errorOf(readCheckpoint(file))).message).toMatch(/i\.json is (cut off or )?damaged/);
  });
});
