import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../tensors/byte-source.ts';
import { floatTypes } from '../../tensors/elements.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { readCheckpoint } from '../detect.ts';
import { errorOf, expectSameWeights, fileAt, readAll, roundedTo } from '../testing.ts';
import { wholeFile } from './output.ts';
import { safetensorsFiles, writeSafetensors } from './safetensors.ts';

const vit = () => fileAt('public/demo/vit/vit-mnist.safetensors');

describe('one file', () => {
  const weights = new Map<string, Weight>([
    ['odd', { shape: [3], values: new Float32Array([1, -0.1, 1e-7]) }],
    ['scalar', { shape: [], values: new Float32Array([2.5]) }],
    ['empty', { shape: [0, 7], values: new Float32Array() }],
    ['matrix', { shape: [2, 2], values: new Float32Array([0.3, -4, 5e-4, 60000]).subarray(0, 4) }],
    ['blöcke.0.weight', { shape: [1, 1, 1], values: new Float32Array([9, 8, 7]).subarray(1, 2) }],
  ]);

  test.each(floatTypes)('%s comes back as it was, rounded to the type', async (elementType) => {
    const bytes = writeSafetensors(weights, { elementType, metadata: { made_by: 'a "test"' } });
    const checkpoint = await readCheckpoint(new File([bytes], 'written.safetensors'));
    expect(checkpoint.metadata).toEqual({ format: 'pt', made_by: 'a "test"' });
    expect([...checkpoint.tensors.keys()]).toEqual([...weights.keys()]);
    for (const tensor of checkpoint.tensors.values()) expect(tensor.elementType).toBe(elementType);
    expectSameWeights(await readAll(checkpoint), roundedTo(elementType, weights));
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'the elements start at a multiple of 8 bytes, whatever the header (%d)',
    (length) => {
      const bytes = writeSafetensors([['w'.repeat(length), { shape: [1], values: Float32Array.of(1) }]], {
        elementType: 'F32',
      });
      const header = new DataView(bytes.buffer).getUint32(0, true);
      expect((8 + header) % 8).toBe(0);
      expect(bytes.length).toBe(8 + header + 4);
      expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + header)))).toHaveProperty(
        ['w'.repeat(length), 'shape'],
        [1],
      );
    },
  );

  test('a whole ViT in F32 loses nothing', async () => {
    const original = await readAll(await readCheckpoint(vit()));
    const bytes = writeSafetensors(original, { elementType: 'F32' });
    const copy = await readAll(await readCheckpoint({ name: 'copy.safetensors', source: bytesSource(bytes) }));
    expectSameWeights(copy, original);
  });

  test('refuses a number that the type would make infinite, and keeps one that is infinite', async () => {
    const write = (value: number, elementType: 'F16' | 'BF16') =>
      writeSafetensors([['w', { shape: [1], values: Float32Array.of(value) }]], { elementType });
    await errorOf((async () => write(65520, 'F16'))());
    await errorOf((async () => write(-3.4e38, 'BF16'))());
    for (const [value, type] of [
      [65519, 'F16'],
      [Infinity, 'F16'],
      [3.39e38, 'BF16'],
    ] as const) {
      const read = await readAll(await readCheckpoint(new File([write(value, type)], 'w')));
      expect(read.get('w')!.values[0]).toBeGreaterThan(65000);
    }
  });

  test('refuses what would be no file: values that do not fill the shape, a name twice', () => {
    const weight = { shape: [2], values: Float32Array.of(1) };
    expect(() => writeSafetensors([['w', weight]], { elementType: 'F32' })).toThrow(/w: 1 values/);
    const one = { shape: [1], values: Float32Array.of(1) };
    expect(() =>
      writeSafetensors(
        [
          ['w', one],
          ['w', one],
        ],
        { elementType: 'F32' },
      ),
    ).toThrow(/one name/);
  });
});

describe('shards', () => {
  const shardsOf = async (shardBytes?: number) => {
    const weights = await readAll(await readCheckpoint(vit()));
    const metadata = { made_by: 'a test' };
    return {
      weights,
      files: safetensorsFiles([...weights], { name: 'model', elementType: 'F32', metadata, shardBytes }),
    };
  };

  test('as Hugging Face has them: numbered from 1, with an index that says where each tensor is', async () => {
    const { weights, files } = await shardsOf(200_000);
    expect(files.map(({ name }) => name)).toEqual([
      'model-00001-of-00004.safetensors',
      'model-00002-of-00004.safetensors',
      'model-00003-of-00004.safetensors',
      'model-00004-of-00004.safetensors',
      'model.safetensors.index.json',
    ]);
    const [last, shards] = [files.at(-1)!, files.slice(0, -1)];
    const index = JSON.parse(new TextDecoder().decode(wholeFile(last)));
    expect(index.metadata).toEqual({ total_size: 4 * 139_018 });
    const found = new Map<string, Weight>();
    for (const file of shards) {
      const checkpoint = await readCheckpoint({ name: file.name, source: bytesSource(wholeFile(file)) });
      expect(checkpoint.metadata).toEqual({ format: 'pt', made_by: 'a test' });
      const own = await readAll(checkpoint);
      expect([...own.values()].reduce((sum, { values }) => sum + values.byteLength, 0)).toBeLessThanOrEqual(200_000);
      for (const [name, weight] of own) {
        expect(index.weight_map[name]).toBe(file.name);
        found.set(name, weight);
      }
    }
    expect(Object.keys(index.weight_map)).toHaveLength(weights.size);
    expectSameWeights(found, weights);
  });

  test('a tensor larger than a shard has one of its own, and a model that fits has one file without an index', async () => {
    const { weights, files } = await shardsOf(1);
    expect(files).toHaveLength(weights.size + 1);
    expect((await shardsOf()).files.map(({ name }) => name)).toEqual(['model.safetensors']);
    expect((await shardsOf(4 * 139_018)).files).toHaveLength(1);
  });
});
