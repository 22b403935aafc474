import { describe, expect, test } from 'vitest';
import { readCheckpoint } from './detect.ts';
import { readNpz } from './npz.ts';
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
  sameBytes,
  watched,
  zipped,
} from './testing.ts';

const mlp = () => fixture('mlp.npz');
const images = () => fileAt('public/demo/images/mnist.npz');

/** One array by hand: header text and data after the magic number of the version. */
function npy(version: number, header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(0x93, 'NUMPY', version, 0, littleEndian(header.length, version === 1 ? 2 : 4), header, data);
}

const header = (descr: string, shape: string) => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
const one = joined(0, 0, 128, 63); // 1 as <f4

describe('reading', () => {
  test('an MLP equals the one that PyTorch saved', async () => {
    const npz = await readCheckpoint(mlp());
    const pytorch = await readCheckpoint(fileAt('public/demo/mlp/mlp-mnist-0to4.pt'));
    expect(npz.container).toBe('npz');
    expectSameWeights(await readAll(npz), await readAll(pytorch));
  });

  test('images stay 8 bits', async () => {
    const { tensors } = await readNpz(images());
    const x = tensors.get('x_test')!;
    expect(x.elementType).toBe('U8');
    const bytes = await x.readBytes();
    expect(bytes.length).toBe(x.shape.reduce((a, b) => a * b));
    expect(Math.max(...bytes.subarray(0, 28 * 28))).toBeGreaterThan(200);
    expect(sameBytes(Float32Array.from(bytes), (await x.read()).values)).toBe(true);
    const labels = await tensors.get('y_test')!.read();
    expect(labels.shape).toEqual([x.shape[0]]);
    expect([...new Set(labels.values)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('a stored array by its own bytes', async () => {
    const file = watched(mlp());
    const { tensors } = await readNpz(file);
    const before = file.bytesRead();
    await tensors.get('2.weight')!.read();
    expect(file.bytesRead() - before).toBe(128 * 128 * 4);
  });

  test('every type that NumPy writes, deflated, in either order', async () => {
    const npz = await readNpz(fixture('numpy-dtypes.npz'));
    const read = await readAll(npz);
    const values = (name: string) => [...read.get(name)!.values];
    for (const name of ['f2', 'f4', 'f8']) expect(values(name)).toEqual([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]);
    for (const name of ['i1', 'i2', 'i4', 'i8', 'fortran8']) expect(values(name)).toEqual([-3, -2, -1, 0, 1, 2]);
    expect(values('u1')).toEqual([0, 50, 100, 150, 200, 250]);
    expect(values('b1')).toEqual([0, 1, 0, 1, 0, 1]);
    expect(values('fortran')).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(read.get('fortran')!.shape).toEqual([2, 3, 4]);
    expect(read.get('scalar')).toEqual({ shape: [], values: Float32Array.of(2.5) });
    expect(read.get('empty')).toEqual({ shape: [0, 3], values: new Float32Array() });
    expect(read.get('one')).toEqual({ shape: [1], values: Float32Array.of(7) });
    expect(npz.tensors.get('f2')!.elementType).toBe('F16');
    expect([...(await npz.tensors.get('u1')!.readBytes())]).toEqual([0, 50, 100, 150, 200, 250]);
  });

  test('text is no tensor and is left out', async () => {
    const { tensors } = await readNpz(fixture('numpy-dtypes.npz'));
    expect(tensors.has('text')).toBe(false);
    expect(tensors.size).toBe(14);
  });

  test.each([1, 2, 3])('version %d of the header', async (version) => {
    const file = await zipped('hand.npz', { 'folder/w.npy': npy(version, header(`'<f4'`, '(1,)'), one) });
    const { tensors } = await readNpz(file);
    expect(await tensors.get('folder/w')!.read()).toEqual({ shape: [1], values: Float32Array.of(1) });
  });
});

describe('a single array', () => {
  test('is a tensor called "array"', async () => {
    const file = new File([npy(1, header(`'<f4'`, '(1,)'), one)], 'embeddings.npy');
    const checkpoint = await readCheckpoint(file);
    expect(checkpoint).toMatchObject({ file: 'embeddings.npy', container: 'npy', bytes: file.size });
    expect([...(await readAll(checkpoint))]).toEqual([['array', { shape: [1], values: Float32Array.of(1) }]]);
  });

  test('of text is refused', async () => {
    const file = new File([npy(1, header(`'<U3'`, '(1,)'), new Uint8Array(12))], 'names.npy');
    expect((await errorOf(readCheckpoint(file))).message).toMatch(/names\.npy is an array of text/);
  });
});

describe('refusing', () => {
  test.each(cutPoints(mlp()))('an npz cut off after %d bytes', async (size) => {
    const error = await errorOf(readCheckpoint(cut(mlp(), size)).then(readAll));
    expect(error.message).toMatch(/cut off|empty/);
  });

  test.each(cutPoints(images()))('deflated images cut off after %d bytes', async (size) => {
    const error = await errorOf(readCheckpoint(cut(images(), size)).then(readAll));
    expect(error.message).toMatch(/cut off|empty/);
  });

  const whole = npy(1, header(`'<f4'`, '(3, 2)'), new Uint8Array(24));
  test.each([0, 3, 8, 11, 40, whole.length - 24, whole.length - 1])('an array cut off after %d bytes', async (size) => {
    const file = await zipped('hand.npz', { 'w.npy': whole.subarray(0, size) });
    const error = await errorOf(readNpz(file).then(readAll));
    expect(error.message).toMatch(/cut off.*"w"|"w".*cut off/);
    expect(error.message).toContain('hand.npz');
  });

  test('big-endian numbers and Python objects, by name', async () => {
    const bigEndian = await errorOf(readCheckpoint(fixture('numpy-big-endian.npz')));
    expect(bigEndian.message).toMatch(/"weight" in numpy-big-endian\.npz holds big-endian numbers \(">f4"\)/);
    const objects = await errorOf(readCheckpoint(fixture('numpy-objects.npz')));
    expect(objects.message).toMatch(/"weight" in numpy-objects\.npz holds Python objects/);
  });

  const refused: [string, Uint8Array, RegExp][] = [
    ['complex numbers', npy(1, header(`'<c8'`, '(1,)'), new Uint8Array(8)), /type "<c8"/],
    ['records', npy(1, header(`[('a', '<f4')]`, '(1,)'), one), /type "a record"/],
    ['a header without a shape', npy(1, `{'descr': '<f4', 'fortran_order': False}`, one), /makes no sense/],
    ['a negative length', npy(1, header(`'<f4'`, '(-1,)'), one), /makes no sense/],
    ['absurd lengths', npy(1, header(`'<f4'`, '(9999999999, 9999999999)'), one), /shape that cannot be/],
    ['more elements than there are', npy(1, header(`'<f4'`, '(2,)'), one), /cut off.*"w"/],
    ['a version of the future', npy(4, header(`'<f4'`, '(1,)'), one), /version 4/],
    ['an endless header', joined(0x93, 'NUMPY', 2, 0, littleEndian(2 ** 31, 4), one), /header of 2147483648 bytes/],
    ['what is no array', joined('hello there, world'), /does not begin/],
  ];
  test.each(refused)('%s', async (_, bytes, message) => {
    const error = await errorOf(readNpz(await zipped('hand.npz', { 'w.npy': bytes })));
    expect(error.message).toMatch(message);
    expect(error.message).toContain('hand.npz');
  });

  test('readNpz of another file', async () => {
    expect((await errorOf(readNpz(fixture('float16.pt')))).message).toMatch(/float16\.pt is no npz/);
  });
});
