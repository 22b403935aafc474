import { describe, expect, it } from 'vitest';
import { joined } from '../../formats/testing.ts';
import type { NamedSource } from '../../tensors/byte-source.ts';
import { readImages } from './read-images.ts';
import { imageErrorOf, named, noDecoder, pixelsOf } from './testing.ts';

const read = (files: NamedSource[]) => readImages(files, noDecoder);
/** Red, green and blue planes in which each pixel can be told. */
const planes = (seed: number) =>
  Uint8Array.from({ length: 3072 }, (_, at) => (at * 7 + seed * 31 + Math.floor(at / 1024)) % 256);
const record = (seed: number, ...labels: number[]) => joined(...labels, planes(seed));
const batch = (name: string, ...records: Uint8Array[]) => named(name, joined(...records));
const names10 = named(
  'batches.meta.txt',
  joined('airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n'),
);

describe('CIFAR', () => {
  it('of ten classes joins its batches and puts channels last', async () => {
    const files = [
      batch('data_batch_1.bin', record(1, 3), record(2, 0)),
      batch('test_batch.bin', record(4, 9)),
      batch('data_batch_2.bin', record(3, 8)),
      names10,
    ];
    const images = await read(files);
    expect([...images.train.labels]).toEqual([3, 0, 8]);
    expect([...images.test.labels]).toEqual([9]);
    expect(images.train.shape).toEqual([32, 32, 3]);
    for (const [row, seed] of [1, 2, 3].entries()) {
      const expected = Uint8Array.from(
        { length: 3072 },
        (_, at) => planes(seed)[(at % 3) * 1024 + Math.floor(at / 3)]!,
      );
      expect(pixelsOf(images.train, row)).toEqual(expected);
    }
    expect(images.labelNames?.[9]).toBe('truck');
  });

  it('of a hundred classes has the fine ones as labels', async () => {
    const fine = Array.from({ length: 100 }, (_, label) => `kind_${label}`).join('\n');
    const files = [
      batch('train.bin', record(1, 19, 99)),
      batch('test.bin', record(2, 0, 42)),
      named('fine_label_names.txt', joined(fine)),
      named('coarse_label_names.txt', joined('a\nb\n')),
    ];
    const images = await read(files);
    expect([...images.train.labels, ...images.test.labels]).toEqual([99, 42]);
    expect(images.labelNames?.[42]).toBe('kind_42');
    expect(images.notes).toEqual(['labels are the 100 fine classes']);
  });

  it.each([
    [
      'the end of a batch missing',
      [named('data_batch_1.bin', record(1, 3).slice(0, 3000))],
      /3000 bytes are no whole number of records/,
    ],
    ['an empty batch', [named('data_batch_1.bin', joined())], /0 bytes are no whole number/],
    ['labels out of range', [batch('data_batch_1.bin', record(1, 10))], /a label 10; CIFAR-10 has 10 classes/],
    [
      'both kinds',
      [batch('data_batch_1.bin', record(1, 1)), batch('test.bin', record(1, 1, 1))],
      /mixes files of CIFAR-10 and of CIFAR-100/,
    ],
    ['names alone', [names10], /class names but no images/],
  ] as [string, NamedSource[], RegExp][])('is refused with %s', async (_, files, message) => {
    expect((await imageErrorOf(read(files))).message).toMatch(message);
  });
});
