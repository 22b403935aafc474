/** That the independent readers read what the reference's libraries wrote, and refuse what is damaged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpz } from './npz.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('safetensors', () => {
  const original = readSafetensors(file('public/demo/vit/vit-mnist.safetensors'));

  // Half precision keeps 11 bits of a number, bfloat16 keeps 8; below 2⁻¹⁴ half precision has a fixed step.
  it.each([
    ['float16', 'F16', 2 ** -11, 2 ** -25],
    ['bfloat16', 'BF16', 2 ** -8, 0],
  ])('reads %s as what it was rounded from', (name, type, relative, absolute) => {
    const rounded = readSafetensors(file(`fixtures/formats/${name}.safetensors`));
    expect([...rounded.tensors.keys()].sort()).toEqual([...original.tensors.keys()].sort());
    expect(new Set(rounded.types.values())).toEqual(new Set([type]));
    for (const [key, { shape, values }] of original.tensors) {
      expect(rounded.tensors.get(key)?.shape).toEqual(shape);
      const off = values.findIndex((value, i) => {
        const difference = Math.abs(value - rounded.tensors.get(key)!.values[i]!);
        return !(difference <= relative * Math.abs(value) + absolute);
      });
      expect(off, key).toBe(-1);
    }
  });

  it('writes what it reads', () => {
    const path = join(folder, 'copy.safetensors');
    writeSafetensors(path, original.tensors);
    expect(readSafetensors(path).tensors).toEqual(original.tensors);
  });

  it('reads the metadata', () => {
    expect(original.metadata).toEqual({ format: 'pt' });
  });

  it.each([
    ['a byte too many', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]), 'the tensors end at'],
    ['a byte too few', (bytes: Buffer) => bytes.subarray(0, -1), 'the tensors end at'],
    ['tensors that overlap', (bytes: Buffer) => patched(bytes, '[4,8]', '[0,8]'), 'b starts at 0'],
    ['a tensor of another size', (bytes: Buffer) => patched(bytes, '[1]', '[2]'), 'a has 4 bytes for 2 numbers'],
  ])('refuses %s', (name, damage, message) => {
    const path = join(folder, name);
    writeFileSync(path, damage(twoTensors()));
    expect(() => readSafetensors(path)).toThrow(message);
  });
});

describe('npz', () => {
  it('reads the MLP that NumPy wrote, and the images of the demo', () => {
    const arrays = readNpz(file('fixtures/formats/mlp.npz'));
    expect([...arrays].map(([name, { shape }]) => [name, shape])).toContainEqual(['0.weight', [128, 784]]);
    const images = readNpz(file('public/demo/images/mnist.npz'), ['x_test', 'y_test']);
    expect([...images].map(([name, { shape }]) => [name, shape])).toEqual([
      ['x_test', [1000, 28, 28]],
      ['y_test', [1000]],
    ]);
    expect(new Set(images.get('y_test')!.values)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it.each(['numpy-big-endian.npz', 'numpy-objects.npz'])('refuses %s', (name) => {
    expect(() => readNpz(file(`fixtures/formats/${name}`))).toThrow('is not read');
  });
});

/** A file of two tensors with one number each. */
function twoTensors(): Buffer {
  const header =
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}';
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, Buffer.from(header), Buffer.alloc(8)]);
}

/** The bytes with the first `from` replaced by `to`, which is as long. */
function patched(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
}
