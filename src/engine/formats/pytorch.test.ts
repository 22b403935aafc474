import { describe, expect, test } from 'vitest';
import { readCheckpoint } from './detect.ts';
import * as p from './pickle/assemble.testing.ts';
import {
  cut,
  cutPoints,
  errorOf,
  expectSameWeights,
  fileAt,
  fixture,
  joined,
  readAll,
  watched,
  zipped,
} from './testing.ts';

const bytesOf = (array: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const floats = bytesOf(new Float32Array([1, 2, 3, 4]));

/** A checkpoint with this pickle and these storages. */
function handMade(
  pickle: Uint8Array,
  storages: Record<string, Uint8Array> = { 0: floats },
  more: Record<string, Uint8Array> = {},
) {
  const data = Object.entries(storages).map(([key, bytes]) => [`hand/data/${key}`, bytes] as const);
  return zipped('hand.pt', { 'hand/data.pkl': pickle, ...Object.fromEntries(data), ...more });
}

const stateDict = (...entries: [string, Uint8Array][]) =>
  p.dictionary(...entries.map(([k, v]): [Uint8Array, Uint8Array] => [p.text(k), v]));

async function valuesOf(file: File): Promise<Record<string, number[]>> {
  const weights = await readAll(await readCheckpoint(file));
  return Object.fromEntries(Array.from(weights, ([name, { values }]) => [name, [...values]]));
}

describe('one ViT in many files', () => {
  const exact = async () => readAll(await readCheckpoint(fileAt('public/demo/vit/vit-mnist.safetensors')));

  test.each(['transposed-strides.pt', 'one-shared-storage.pt'])('%s equals the safetensors file', async (name) => {
    const checkpoint = await readCheckpoint(fixture(name));
    expect(checkpoint).toMatchObject({ file: name, container: 'PyTorch zip', metadata: {} });
    expectSameWeights(await readAll(checkpoint), await exact());
  });

  test.each(['float16', 'bfloat16'])('%s equals the safetensors file of that type', async (name) => {
    const pytorch = await readCheckpoint(fixture(`${name}.pt`));
    const safetensors = await readCheckpoint(fixture(`${name}.safetensors`));
    expect(pytorch.tensors.get('norm.weight')!.elementType).toBe(safetensors.tensors.get('norm.weight')!.elementType);
    expectSameWeights(await readAll(pytorch), await readAll(safetensors));
  });

  test('a wrapped state dict of DataParallel keeps the names of the file', async () => {
    const weights = await readAll(await readCheckpoint(fixture('wrapped-data-parallel.pth')));
    expect([...weights.keys()].every((name) => name.startsWith('module.'))).toBe(true);
    const bare = new Map(Array.from(weights, ([name, weight]) => [name.slice('module.'.length), weight]));
    expectSameWeights(bare, await exact());
  });
});

test('opens a file by its pickle, a tensor in a shared storage by its own bytes', async () => {
  const file = watched(fixture('one-shared-storage.pt'));
  const checkpoint = await readCheckpoint(file);
  expect(file.bytesRead()).toBeLessThan(100_000); // of 561 548
  const before = file.bytesRead();
  await checkpoint.tensors.get('norm.weight')!.read();
  expect(file.bytesRead() - before).toBeLessThan(64 * 4 + 100);
});

test.each([
  ['DoubleStorage', 'F64', bytesOf(new Float64Array([1, 2, 3, 4]))],
  ['FloatStorage', 'F32', floats],
  ['HalfStorage', 'F16', bytesOf(new Uint16Array([0x3c00, 0x4000, 0x4200, 0x4400]))],
  ['BFloat16Storage', 'BF16', bytesOf(new Uint16Array([0x3f80, 0x4000, 0x4040, 0x4080]))],
  ['LongStorage', 'I64', bytesOf(new BigInt64Array([1n, 2n, 3n, 4n]))],
  ['IntStorage', 'I32', bytesOf(new Int32Array([1, 2, 3, 4]))],
  ['ShortStorage', 'I16', bytesOf(new Int16Array([1, 2, 3, 4]))],
  ['CharStorage', 'I8', bytesOf(new Int8Array([1, 2, 3, 4]))],
  ['ByteStorage', 'U8', new Uint8Array([1, 2, 3, 4])],
  ['BoolStorage', 'BOOL', new Uint8Array([1, 0, 1, 0])],
] as const)('%s', async (type, elementType, bytes) => {
  const transposed = p.tensor({ storage: p.storage('0', type), shape: [2, 2], strides: [1, 2] });
  const last = p.tensor({ storage: p.storage('0', type), offset: 3, shape: [], strides: [] });
  const file = await handMade(p.pickled(stateDict(['w', transposed], ['s', last])), { 0: bytes });
  expect((await readCheckpoint(file)).tensors.get('w')!.elementType).toBe(elementType);
  expect(await valuesOf(file)).toEqual(
    elementType === 'BOOL' ? { w: [1, 1, 0, 0], s: [0] } : { w: [1, 3, 2, 4], s: [4] },
  );
});

describe('finds the state dict', () => {
  const inner = stateDict(['w', p.tensor()]);
  const other = stateDict(['other', p.tensor()]);
  const epoch: [string, Uint8Array] = ['epoch', p.integer(3)];
  const found: [string, Uint8Array][] = [
    ['at the top, beside what is no tensor', stateDict(['w', p.tensor()], epoch, ['note', p.text('x')])],
    ['below "state_dict", beside a tensor', stateDict(['best', p.tensor()], ['state_dict', inner])],
    ['below "model"', stateDict(epoch, ['model', inner], ['optimizer', stateDict(['state', p.dictionary()])])],
    ['below "model_state_dict"', stateDict(['model_state_dict', inner])],
    ['below "net"', stateDict(['net', inner])],
    ['below "teacher", when "model" has none', stateDict(['model', stateDict(epoch)], ['teacher', inner])],
    ['below "model" rather than "ema"', stateDict(['ema', other], ['model', inner])],
    ['two dictionaries down', stateDict(['state_dict', stateDict(['model', inner])])],
    ['beside keys that are no names', p.dictionary([p.integer(1), p.tensor()], [p.text('w'), p.tensor()])],
  ];
  test.each(found)('%s', async (_, root) => {
    expect(await valuesOf(await handMade(p.pickled(root)))).toEqual({ w: [1, 2, 3, 4] });
  });

  const without: [string, Uint8Array, RegExp][] = [
    [
      'a dictionary without tensors',
      stateDict(epoch, ['student', inner]),
      /no tensors are under its keys "epoch", "student"/,
    ],
    ['an empty dictionary', p.dictionary(), /empty/],
    ['a single tensor', p.tensor(), /single tensor/],
    ['a number', p.integer(1), /no dictionary/],
    // } memo 0, "model" → memo 0: a dictionary that contains itself
    [
      'a dictionary that contains itself',
      joined('}q', 0, p.text('model'), 'h', 0, 's'),
      /no tensors are under its keys "model"/,
    ],
  ];
  test.each(without)('and says so of %s', async (_, root, message) => {
    const error = await errorOf(readCheckpoint(await handMade(p.pickled(root))));
    expect(error.message).toMatch(message);
    expect(error.advice).toMatch(/state_dict, model/);
  });
});

test('an archive that was packed again with compression, and without a folder', async () => {
  const pickle = p.pickled(stateDict(['w', p.tensor({ offset: 1, shape: [2] })]));
  const file = await zipped('hand.bin', { 'data.pkl': pickle, 'data/0': floats }, { deflate: true });
  expect(await valuesOf(file)).toEqual({ w: [2, 3] });
});

test('little-endian by its own account', async () => {
  const order = { 'hand/byteorder': joined('little') };
  expect(await valuesOf(await handMade(p.pickled(stateDict(['w', p.tensor()])), { 0: floats }, order))).toEqual({
    w: [1, 2, 3, 4],
  });
});

describe('refuses', () => {
  test.each(cutPoints(fixture('float16.pt')))('a ViT cut off after %d bytes', async (size) => {
    const error = await errorOf(readCheckpoint(cut(fixture('float16.pt'), size)).then(readAll));
    expect(error.message).toMatch(/cut off|empty/);
    expect(error.subject).toBe('float16.pt');
  });

  const one = p.pickled(stateDict(['w', p.tensor()]));
  const ofType = (type: string) => p.pickled(stateDict(['w', p.tensor({ storage: p.storage('0', type) })]));
  const placed = (parts: Parameters<typeof p.tensor>[0]) => p.pickled(stateDict(['w', p.tensor(parts)]));
  const refused: [string, Promise<File>, RegExp][] = [
    ['a storage that is missing', handMade(one, {}), /"w" \(data\/0\) are missing/],
    ['a storage that is too short', handMade(one, { 0: floats.subarray(0, 15) }), /cut off.*"w".*16.*15/],
    ['a tensor past its storage', handMade(placed({ offset: 1 })), /cut off.*"w"/],
    ['a negative offset', handMade(placed({ offset: -1 })), /"w".*place/],
    ['a negative stride', handMade(placed({ strides: [-1] })), /"w".*strides \[-1\]/],
    ['negative lengths', handMade(placed({ shape: [-2, -2], strides: [2, 1] })), /"w".*shape.*\[-2, -2\]/],
    ['absurd lengths', handMade(placed({ shape: [2 ** 30, 4], strides: [0, 1] })), /"w".*shape/],
    ['complex numbers', handMade(ofType('ComplexFloatStorage')), /"w".*torch\.ComplexFloatStorage/],
    ['quantised numbers', handMade(ofType('QInt8Storage')), /"w".*torch\.QInt8Storage/],
    ['big-endian numbers', handMade(one, { 0: floats }, { 'hand/byteorder': joined('big') }), /big-endian/],
    ['a pickle that ends early', handMade(one.subarray(0, -9)), /cut off or damaged/],
    ['code', handMade(p.pickled(stateDict(['w', p.called(p.named('os', 'system'), p.text('ls'))]))), /"os\.system"/],
  ];
  test.each(refused)('%s', async (_, file, message) => {
    const error = await errorOf(readCheckpoint(await file));
    expect(error.message).toMatch(message);
    expect(error.message).toContain('hand.pt');
    expect(error.subject).toBe('hand.pt');
  });

  test('a state dict beside a call of the shell', async () => {
    const error = await errorOf(readCheckpoint(fixture('calls-a-shell.pt')));
    expect(error.message).toContain('calls-a-shell.pt asks to run code: it calls for "posix.system"');
    expect(error.message).toContain('Nothing was run');
  });

  test('a module without weights, and one that contains itself', async () => {
    const module = (...children: [Uint8Array, Uint8Array][]) =>
      p.built(
        joined(p.named('mine', 'Net'), ')', 0x81, 'q', 7),
        p.dictionary([p.text('_modules'), p.dictionary(...children)]),
      );
    const without = await errorOf(readCheckpoint(await handMade(p.pickled(module()))));
    expect(without.message).toMatch(/module without weights \(mine\.Net\)/);
    const own = joined('h', 7);
    const endless = module([p.text('a'), own], [p.text('b'), own]);
    const error = await errorOf(readCheckpoint(await handMade(p.pickled(endless))));
    expect(error.message).toMatch(/module that contains itself/);
  });

  test('state dicts in one another without end', async () => {
    const code = joined('}', ...new Array<Uint8Array>(50_000).fill(joined(p.text('model'), '}')), 's'.repeat(50_000));
    expect((await errorOf(readCheckpoint(await handMade(p.pickled(code))))).message).toMatch(/keys "model"/);
  });
});

describe('whole pickled modules', () => {
  test('an MLP equals its state dict', async () => {
    const stateDict = await readCheckpoint(fileAt('public/demo/mlp/mlp-mnist-0to4.pt'));
    expectSameWeights(await readAll(await readCheckpoint(fixture('whole-module-mlp.pt'))), await readAll(stateDict));
  });

  test.each(['custom-class-module.pt', 'custom-class-module-legacy.pt'])(
    '%s, of a class of its own, equals its state dict',
    async (name) => {
      const stateDict = await readCheckpoint(fixture('custom-class-state-dict.pt'));
      const module = await readCheckpoint(fixture(name));
      expect([...module.tensors.keys()].sort()).toEqual([...stateDict.tensors.keys()].sort());
      expectSameWeights(await readAll(module), await readAll(stateDict));
    },
  );

  test('below a key of a training checkpoint', async () => {
    const parameters = p.dictionary([p.text('w'), p.tensor()], [p.text('b'), p.none]);
    const state = p.dictionary([p.text('_parameters'), parameters], [p.text('_modules'), p.dictionary()]);
    const module = p.built(joined(p.named('mine', 'Net'), ')', 0x81), state);
    const file = await handMade(p.pickled(stateDict(['epoch', p.integer(1)], ['model', module])));
    expect(await valuesOf(file)).toEqual({ w: [1, 2, 3, 4] });
  });
});

test.each([2, 4, 5])(
  'a training checkpoint of protocol %d, with options, NumPy values, paths and times',
  async (protocol) => {
    const training = await readCheckpoint(fixture(`training-protocol-${protocol}.pt`));
    const stateDict = await readCheckpoint(fixture('custom-class-state-dict.pt'));
    expectSameWeights(await readAll(training), await readAll(stateDict));
  },
);
