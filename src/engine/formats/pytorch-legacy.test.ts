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
  littleEndian,
  readAll,
  sparse,
  watched,
} from './testing.ts';

const magic = joined(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.');
const littleEndianMachine = p.dictionary([p.text('little_endian'), joined(0x88)]);

interface Parts {
  protocol?: number;
  machine?: Uint8Array;
  object: Uint8Array;
  keys: Uint8Array;
  storages: Uint8Array[];
}

function handMade({ protocol = 1001, machine = littleEndianMachine, object, keys, storages }: Parts): File {
  const pickles = [p.integer(protocol), machine, object, keys].map((code) => p.pickled(code));
  return new File([joined(magic, ...pickles, ...storages)], 'hand.pt');
}

const run = (count: number, bytes: Uint8Array) => joined(littleEndian(count, 8), bytes);
const floats = run(4, new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer));
const one = p.dictionary([p.text('w'), p.tensor()]);
const onlyKey = p.list(p.text('0'));

describe('reads', () => {
  test('a ViT equals its safetensors file, each tensor by its own bytes', async () => {
    const file = watched(fixture('legacy-serialization.pt'));
    const legacy = await readCheckpoint(file);
    expect(legacy.container).toBe('PyTorch legacy');
    const before = file.bytesRead();
    expect(before).toBeLessThan(300_000); // of 563 169: four windows of 64 KB at most
    await legacy.tensors.get('norm.weight')!.read();
    expect(file.bytesRead() - before).toBe(64 * 4);
    const exact = await readCheckpoint(fileAt('public/demo/vit/vit-mnist.safetensors'));
    expectSameWeights(await readAll(legacy), await readAll(exact));
  });

  test('storages behind ones that are not decoded, and parts of storages', async () => {
    const part = p.tuple(p.text('view'), p.integer(2), p.integer(2));
    const place = [p.text('storage'), p.named('torch', 'FloatStorage'), p.text('b'), p.text('cpu'), p.integer(4), part];
    const view = p.tensor({ storage: joined(p.tuple(...place), 'Q'), shape: [2] });
    const complex = p.tensor({ storage: p.storage('a', 'ComplexDoubleStorage') });
    const object = p.dictionary([p.text('model'), p.dictionary([p.text('w'), view])], [p.text('other'), complex]);
    const storages = [run(3, new Uint8Array(48)), floats];
    const file = handMade({ object, keys: p.list(p.text('a'), p.text('b')), storages });
    expect([...(await (await readCheckpoint(file)).tensors.get('w')!.read()).values]).toEqual([3, 4]);
  });

  test('a pickle longer than the first window', async () => {
    const object = p.dictionary([p.text('note'), p.text('x'.repeat(200_000))], [p.text('w'), p.tensor()]);
    const { tensors } = await readCheckpoint(handMade({ object, keys: onlyKey, storages: [floats] }));
    expect([...(await tensors.get('w')!.read()).values]).toEqual([1, 2, 3, 4]);
  });
});

describe('refuses', () => {
  const whole = fixture('legacy-serialization.pt');
  test.each(cutPoints(whole).filter((size) => size > 15))('a ViT cut off after %d bytes', async (size) => {
    expect((await errorOf(readCheckpoint(cut(whole, size)).then(readAll))).message).toMatch(/cut off/);
  });

  const big = p.dictionary([p.text('little_endian'), joined(0x89)]);
  const strange = p.dictionary([p.text('w'), p.tensor({ storage: p.storage('0', 'StrangeStorage') })]);
  const refused: [string, File, RegExp][] = [
    ['another version', handMade({ protocol: 7, object: one, keys: onlyKey, storages: [floats] }), /another version/],
    ['no facts', handMade({ machine: p.none, object: one, keys: onlyKey, storages: [floats] }), /which machine/],
    ['big-endian', handMade({ machine: big, object: one, keys: onlyKey, storages: [floats] }), /big-endian/],
    ['no list of keys', handMade({ object: one, keys: p.none, storages: [floats] }), /list of storages is missing/],
    [
      'foreign keys',
      handMade({ object: one, keys: p.list(p.text('1')), storages: [floats] }),
      /not that of its tensors/,
    ],
    ['a key twice', handMade({ object: one, keys: p.list(p.text('0'), p.text('0')), storages: [floats] }), /not that/],
    [
      'a storage not listed',
      handMade({ object: one, keys: p.list(), storages: [floats] }),
      /"w" \(data\/0\) are missing/,
    ],
    ['an endless storage', handMade({ object: one, keys: onlyKey, storages: [run(2 ** 40, floats)] }), /storages end/],
    ['a strange type', handMade({ object: strange, keys: onlyKey, storages: [floats] }), /torch\.StrangeStorage/],
    ['code', handMade({ object: p.called(p.named('os', 'system')), keys: onlyKey, storages: [] }), /"os\.system"/],
  ];
  test.each(refused)('%s', async (_, file, message) => {
    const error = await errorOf(readCheckpoint(file));
    expect(error.message).toMatch(message);
    expect(error.subject).toBe('hand.pt');
  });

  test('a pickle without end, in a file of many gigabytes, after 100 MB', async () => {
    const source = sparse(50e9, [[0, joined(magic, 0x80, 2, 'X', 255, 255, 255, 255)]]);
    expect((await errorOf(readCheckpoint({ name: 'large.pt', source }))).message).toMatch(/pickle cannot be read/);
  });
});
