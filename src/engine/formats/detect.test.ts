import { describe, expect, test } from 'vitest';
import { StudioError } from '../errors.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { readCheckpoint } from './detect.ts';
import * as p from './pickle/assemble.testing.ts';
import { writeSafetensors } from './safetensors.ts';
import { errorOf, fixture, joined, littleEndian, readAll, zipped } from './testing.ts';

describe('goes by content, not by name', () => {
  test.each([
    ['float16.safetensors', 'safetensors', 56],
    ['float16.pt', 'PyTorch zip', 56],
    ['mlp.npz', 'npz', 6],
  ])('%s', async (name, container, count) => {
    const file = new File([fixture(name)], 'holiday.jpg');
    const checkpoint = await readCheckpoint(file);
    expect(checkpoint).toMatchObject({ file: 'holiday.jpg', bytes: file.size, container });
    expect(checkpoint.tensors.size).toBe(count);
    for (const [key, tensor] of checkpoint.tensors) expect(tensor.name).toBe(key);
  });

  test('bytes with a name serve as well as a File', async () => {
    const source = bytesSource(new Uint8Array(await fixture('mlp.npz').arrayBuffer()));
    expect((await readCheckpoint({ name: 'mlp', source })).tensors.size).toBe(6);
  });
});

describe('says what another file is', () => {
  const filled = (...start: (number | string)[]) => new File([joined(...start), new Uint8Array(600)], 'thing.pt');
  const foreign: [string, File | Promise<File>][] = [
    ['an empty file', new File([], 'thing.pt')],
    ['a Python pickle', new File([p.pickled(p.named('os', 'system'))], 'thing.pt')],
    ['an HDF5 file', filled(0x89, 'HDF\r\n', 0x1a, '\n')],
    ['a single NumPy array', filled(0x93, 'NUMPY', 1, 0)],
    ['a gzip archive', filled(0x1f, 0x8b, 8)],
    ['a 7z archive', filled('7z', 0xbc, 0xaf, 0x27, 0x1c)],
    ['a tar archive', filled('weights.pt', ...new Array<number>(247).fill(0), 'ustar')],
    ['a Keras file', zipped('thing.pt', { 'config.json': joined('{}'), 'model.weights.h5': joined('...') })],
    ['a zip archive without a checkpoint', zipped('thing.pt', { 'readme.txt': joined('hello') })],
    ['a PNG image', filled(0x89, 'PNG\r\n', 0x1a, '\n')],
    ['a JPEG image', filled(0xff, 0xd8, 0xff, 0xe0)],
    ['a GGUF file', filled('GGUF', 3)],
    ['a Git LFS pointer', filled('version https://git-lfs.github.com/spec/v1\noid sha256:')],
    ['a web page', filled('\n<!DOCTYPE html><html>')],
    ['a JSON file', new File(['{\n  "weight_map": {}}'], 'thing.pt')],
    ['a JSON file', new File([' [1, 2]'], 'thing.pt')],
  ];
  test.each(foreign)('%s', async (what, file) => {
    const error = await errorOf(readCheckpoint(await file));
    expect(error.message).toContain(`thing.pt is ${what}`);
    expect(error.subject).toBe('thing.pt');
    expect(error.advice).toMatch(/The studio reads safetensors, PyTorch \(\.pt, \.pth, \.bin\), NumPy \(\.npz\)\.$/);
  });

  test('or how it begins', async () => {
    const error = await errorOf(readCheckpoint(new File(['Once upon a time there was a tensor.'], 'tale.pt')));
    expect(error.message).toMatch(/36 bytes, the first are 4f 6e 63 65 20 75 70 6f/);
  });
});

describe('any damaged byte ends in numbers or in an error for people', () => {
  const floats = new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer);
  const npy = joined(
    0x93,
    'NUMPY',
    1,
    0,
    littleEndian(60, 2),
    `{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }  \n`,
    floats,
  );
  const pickle = p.pickled(p.dictionary([p.text('w'), p.tensor({ shape: [2, 2], strides: [1, 2] })]));
  const weight = { shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) };
  const small: [string, () => File | Promise<File>][] = [
    ['safetensors', () => new File([writeSafetensors([['w', weight]], { elementType: 'F16' })], 'small')],
    ['PyTorch', () => zipped('small', { 'a/data.pkl': pickle, 'a/data/0': floats })],
    ['npz', () => zipped('small', { 'w.npy': npy })],
    ['deflated npz', () => zipped('small', { 'w.npy': npy }, { deflate: true })],
  ];
  test.each(small)('%s', async (_, make) => {
    const whole = new Uint8Array(await (await make()).arrayBuffer());
    const outcomes = { read: 0, refused: 0 };
    for (let at = 0; at < whole.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const bytes = whole.slice();
        bytes[at]! ^= change;
        const outcome = await readCheckpoint({ name: 'small', source: bytesSource(bytes) })
          .then(readAll)
          .catch((error) => error);
        if (outcome instanceof StudioError) outcomes.refused++;
        else if (outcome instanceof Map) outcomes.read++;
        else expect.fail(`byte ${at} changed by ${change}: ${outcome}`);
      }
    }
    expect(outcomes.read).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  });
});
