import { openAsBlob } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blobSource, bytesSource } from '../tensors/byte-source.ts';
import { readCheckpoint } from './detect.ts';
import {
  cut,
  cutPoints,
  errorOf,
  expectSameWeights,
  fileAt,
  fixture,
  joined,
  littleEndian,
  readAll,
  roundedTo,
  sparse,
  watched,
} from './testing.ts';

const vit = () => fileAt('public/demo/vit/vit-mnist.safetensors');

/** A file with this header as it stands; no padding. */
function handMade(header: unknown, data: Uint8Array): { name: string; source: ReturnType<typeof bytesSource> } {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  return { name: 'hand.safetensors', source: bytesSource(joined(littleEndian(json.length, 8), json, data)) };
}

describe('reading', () => {
  test('a trained ViT', async () => {
    const checkpoint = await readCheckpoint(vit());
    expect(checkpoint).toMatchObject({ file: 'vit-mnist.safetensors', bytes: 561320, container: 'safetensors' });
    expect(checkpoint.metadata).toEqual({ format: 'pt' });
    expect(checkpoint.tensors.size).toBe(56);
    const qkv = checkpoint.tensors.get('blocks.0.attn.qkv.weight');
    expect(qkv).toMatchObject({ elementType: 'F32', shape: [192, 64] });
    const { values } = await qkv!.read();
    expect(values.length).toBe(192 * 64);
    expect(values.every((value) => Number.isFinite(value) && Math.abs(value) < 10)).toBe(true);
  });

  test.each([
    ['float16.safetensors', 'F16'],
    ['bfloat16.safetensors', 'BF16'],
  ] as const)('%s holds the same ViT, rounded', async (name, type) => {
    const exact = await readAll(await readCheckpoint(vit()));
    const rounded = await readCheckpoint(fixture(name));
    expect(new Set(Array.from(rounded.tensors.values(), ({ elementType }) => elementType))).toEqual(new Set([type]));
    expectSameWeights(await readAll(rounded), roundedTo(type, exact));
  });

  test('opens a file by its header and a tensor by its own bytes', async () => {
    const file = watched(vit());
    const checkpoint = await readCheckpoint(file);
    expect(file.bytesRead()).toBeLessThan(10_000);
    const before = file.bytesRead();
    await checkpoint.tensors.get('head.weight')!.read();
    expect(file.bytesRead() - before).toBe(10 * 64 * 4);
  });

  test('elements at odd addresses, integers and odd keys', async () => {
    const data = joined(
      7,
      8,
      9,
      new Uint8Array(new Float32Array([1.5, -2]).buffer),
      new Uint8Array(BigInt64Array.of(-3n).buffer),
      1,
      new Uint8Array(Int32Array.of(-70_000).buffer),
      new Uint8Array(Int16Array.of(-700).buffer),
      new Uint8Array(Int8Array.of(-7).buffer),
    );
    const header = {
      __metadata__: { note: 'ä', number: 3 },
      constructor: { dtype: 'U8', shape: [3], data_offsets: [0, 3] },
      float: { dtype: 'F32', shape: [2, 1], data_offsets: [3, 11] },
      big: { dtype: 'I64', shape: [], data_offsets: [11, 19] },
      none: { dtype: 'F16', shape: [0, 4], data_offsets: [20, 20] },
      middle: { dtype: 'I32', shape: [1], data_offsets: [20, 24] },
      small: { dtype: 'I16', shape: [1], data_offsets: [24, 26] },
      smallest: { dtype: 'I8', shape: [1], data_offsets: [26, 27] },
    };
    // JSON is written by hand for the one key that a literal cannot have.
    const json = JSON.stringify(header).replace(
      '{',
      '{"__proto__":{"dtype":"BOOL","shape":[1],"data_offsets":[19,20]},',
    );
    const checkpoint = await readCheckpoint(handMade(json, data));
    const values = new Map(Array.from(await readAll(checkpoint), ([key, weight]) => [key, [...weight.values]]));
    expect(Object.fromEntries([...values].filter(([key]) => key !== '__proto__'))).toEqual({
      constructor: [7, 8, 9],
      float: [1.5, -2],
      big: [-3],
      none: [],
      middle: [-70_000],
      small: [-700],
      smallest: [-7],
    });
    expect(values.get('__proto__')).toEqual([1]);
    expect(checkpoint.metadata).toEqual({ note: 'ä' });
  });

  test('a file of 3 GB on the disk, its tensor behind the first 2 GB', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'large-'));
    try {
      const path = join(folder, 'large.safetensors');
      const begin = 2_500_000_000;
      const header = JSON.stringify({ far: { dtype: 'F32', shape: [2], data_offsets: [begin, begin + 8] } });
      const file = await open(path, 'w');
      await file.truncate(3_000_000_000);
      await file.write(joined(littleEndian(header.length, 8), header));
      await file.write(new Uint8Array(Float32Array.of(1.5, -2).buffer), 0, 8, 8 + header.length + begin);
      await file.close();
      const checkpoint = await readCheckpoint({ name: 'large', source: blobSource(await openAsBlob(path)) });
      expect(checkpoint.bytes).toBe(3_000_000_000);
      expect(await checkpoint.tensors.get('far')!.read()).toEqual({ shape: [2], values: Float32Array.of(1.5, -2) });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('tensors beyond 4 GB', async () => {
    const begin = 5e9;
    const header = { far: { dtype: 'F32', shape: [2], data_offsets: [begin, begin + 8] } };
    const json = new TextEncoder().encode(JSON.stringify(header));
    const start = joined(littleEndian(json.length, 8), json);
    const far = new Uint8Array(new Float32Array([3, 4]).buffer);
    const source = sparse(start.length + begin + 8, [
      [0, start],
      [start.length + begin, far],
    ]);
    const checkpoint = await readCheckpoint({ name: 'large.safetensors', source });
    expect([...(await checkpoint.tensors.get('far')!.read()).values]).toEqual([3, 4]);
  });
});

describe('refusing', () => {
  test.each(cutPoints(vit()))('a ViT cut off after %d bytes', async (size) => {
    const error = await errorOf(readCheckpoint(cut(vit(), size)).then(readAll));
    expect(error.message).toMatch(/cut off|empty/);
    expect(error.subject).toBe('vit-mnist.safetensors');
  });

  const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
  const refused: [string, unknown, RegExp][] = [
    ['a tensor past the end', { w: f32([5], 0, 20) }, /cut off.*"w"/],
    ['overlapping tensors', { a: f32([2], 0, 8), b: f32([2], 4, 12) }, /"a" and "b" overlap/],
    ['one tensor inside another', { a: f32([4], 0, 16), b: f32([1], 4, 8) }, /"a" and "b" overlap/],
    ['offsets that do not fit the shape', { w: f32([3], 0, 8) }, /"w" has 8 bytes/],
    ['offsets in the wrong order', { w: f32([1], 8, 4) }, /"w" has -4 bytes/],
    ['negative offsets', { w: f32([1], -4, 0) }, /"w"/],
    ['negative lengths', { w: f32([-1, -1], 0, 4) }, /"w"/],
    ['lengths past all numbers', { w: f32([1e300, 0], 0, 0) }, /"w"/],
    ['an entry without a place', { w: { dtype: 'F32', shape: [1] } }, /"w"/],
    ['an entry that is null', { w: null }, /"w"/],
    ['an element type that is not read', { w: { dtype: 'F8_E4M3', shape: [4], data_offsets: [0, 4] } }, /"w".*F8_E4M3/],
    ['a header that is no JSON', '{"w": ', /header/],
  ];
  test.each(refused)('%s', async (_, header, message) => {
    const error = await errorOf(readCheckpoint(handMade(header, new Uint8Array(16))));
    expect(error.message).toMatch(message);
    expect(error.message).toContain('hand.safetensors');
  });

  test('a header that claims more than 100 MB', async () => {
    const start = joined(littleEndian(2 ** 32, 8), '{');
    const error = await errorOf(readCheckpoint({ name: 'hand.safetensors', source: sparse(2 ** 33, [[0, start]]) }));
    expect(error.message).toMatch(/100 MB/);
  });
});
