import { describe, expect, test } from 'vitest';
import { StudioError } from '../errors.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { readCheckpoint } from './detect.ts';
import * as p from './pickle/assemble.testing.ts';
import { errorOf, fixture, joined, littleEndian, readAll, zipped } from './testing.ts';
import { writeSafetensors } from './write/safetensors.ts';

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
    ['a gzip archive', filled(0x1f, 0x8b, 8)],
    ['a 7z archive', filled('7z', 0xbc, 0xaf, 0x27, 0x1c)],
    ['a tar archive', filled('weights.pt', ...new Array<number>(247).fill(0), 'ustar')],
    ['a TorchScript program', zipped('thing.pt', { 'm/data.pkl': joined('.'), 'm/code/__torch__.py': joined('.') })],
    ['a TorchScript program', zipped('thing.pt', { 'm/data.pkl': joined('.'), 'm/constants.pkl': joined('.') })],
    ['a TensorFlow SavedModel', filled(0x08, 1, 0x12, 0xa6, 0x0b, 0x0a)],
    ['an ONNX model', filled(0x08, 7, 0x12, 7, 'pytorch')],
    ['an ONNX model', filled(0x08, 8, 0x3a, 0x80, 1)],
    ['a msgpack file, as flax saves parameters', filled(0x81, 0xa6, 'params', 0x82)],
    ['a zip archive without a checkpoint', zipped('thing.pt', { 'readme.txt': joined('hello') })],
    ['a PNG image', filled(0x89, 'PNG\r\n', 0x1a, '\n')],
    ['a JPEG image', filled(0xff, 0xd8, 0xff, 0xe0)],
    ['a GGUF file', filled('GGUF', 3)],
    ['a Git LFS pointer', filled('version https://git-lfs.github.com/spec/v1\noid sha256:')],
    ['a web page', filled('\n<!DOCTYPE html><html>')],
    ['a JSON file', new File(['{\n  "hidden_size": 768}'], 'thing.pt')],
    ['a JSON file', new File([' [1, 2]'], 'thing.pt')],
  ];
  test.each(foreign)('%s', async (what, file) => {
    const error = await errorOf(readCheckpoint(await file));
    expect(error.message).toContain(`thing.pt is ${what}`);
    expect(error.subject).toBe('thing.pt');
    expect(error.advice).toMatch(
      /The studio reads safetensors, .*PyTorch \(\.pt, \.pth, \.bin\), .*NumPy \(\.npz\), .*Keras \(\.keras\), .*\.$/,
    );
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
    [
      'PyTorch before 1.6',
      () => {
        const magic = joined(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.');
        const machine = p.pickled(p.dictionary([p.text('little_endian'), joined(0x88)]));
        const keys = p.pickled(p.list(p.text('0')));
        const count = littleEndian(4, 8);
        return new File([joined(magic, p.pickled(p.integer(1001)), machine, pickle, keys, count, floats)], 'small');
      },
    ],
    ['NumPy array', () => new File([npy], 'small')],
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
