import { describe, expect, it } from 'vitest';
import { openFile } from '../../formats/format.ts';
import { joined } from '../../formats/testing.ts';
import { readFixture } from '../../testing/node.ts';
import { groupImageFiles } from './groups.ts';
import { looksLikeImages } from './read-images.ts';
import { archive, demoImages, gzipped, idxImages, named, npy, parquet, range } from './testing.ts';

const small = (await demoImages(3, 0)).train;

describe('files that belong together', () => {
  const idx = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ];
  const cifar = ['data_batch_1.bin', 'test_batch.bin', 'batches.meta.txt'];

  it.each([
    ['IDX files', 'train-images-idx3-ubyte.gz', idx.map((name) => `${name}.gz`)],
    ['IDX files with points in their names', 'mnist', idx.map((name) => `mnist/${name.replace('-idx', '.idx')}`)],
    ['CIFAR-10', 'cifar-10-batches-bin', cifar.map((name) => `cifar-10-batches-bin/${name}`)],
    ['CIFAR-100', 'train.bin', ['train.bin', 'test.bin', 'fine_label_names.txt', 'coarse_label_names.txt']],
    [
      'parquet splits',
      'train-00000-of-00002.parquet',
      ['train-00000-of-00002.parquet', 'train-00001-of-00002.parquet', 'test-00000-of-00001.parquet'],
    ],
    [
      'parquet shards with hashes',
      'data',
      ['data/train-00000-of-00001-6f3b1a2c4d5e6f70.parquet', 'data/test-00000-of-00001-0a1b2c3d4e5f6071.parquet'],
    ],
    ['parquet splits in folders', 'mnist', ['mnist/train/0000.parquet', 'mnist/test/0000.parquet']],
    ['tables', 'mnist_train.csv', ['mnist_train.csv', 'mnist_test.csv']],
    ['class folders in a folder', 'flowers', ['flowers/rose/1.jpg', 'flowers/tulip/2.JPEG', 'flowers/cover.png']],
    ['class folders', 'cats, dogs', ['cats/1.png', 'dogs/1.png']],
    ['parts', 'train, test', ['train/cats/1.png', 'test/cats/1.png']],
  ])('are %s', (_, name, paths) => {
    const others = ['model.pt', 'notes.csv', '.DS_Store'];
    expect(groupImageFiles([...others, ...paths])).toEqual({ groups: [{ name, paths }], others });
  });

  it('are kept apart by data set', () => {
    const sets = [
      idx.map((name) => `mnist/${name}`),
      idx.map((name) => `fashion/${name}`),
      ['a/x/1.png', 'a/y/1.png'],
      ['b/x/1.png', 'b/y/1.png'],
    ];
    const { groups, others } = groupImageFiles(sets.flat());
    expect(groups.map(({ paths }) => paths)).toEqual(sets);
    expect(others).toEqual([]);
  });

  it.each([
    'model.safetensors',
    'images.npz',
    'archive.zip',
    'train.bin',
    'train.parquet',
    'train.csv',
    'picture.png',
    'run/loss.png',
    'train-images-idx3-ubyte',
    'emnist-letters-train-images-idx3-ubyte.gz',
  ])('do not make a group of %s alone', (path) => {
    expect(groupImageFiles([path])).toEqual({ groups: [], others: [path] });
  });

  it('are found among very many', () => {
    const paths = range(60_000).map((at) => `set/${at % 10}/${at}.png`);
    const start = performance.now();
    expect(groupImageFiles(paths).groups[0]?.paths.length).toBe(60_000);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('a single file', () => {
  const pixel = npy('|u1', [1, 1, 1], Uint8Array.of(1));
  const packed = async () => named('images.gz', await gzipped(idxImages(small)));
  const looks = async (file: Parameters<typeof openFile>[0] | Promise<Parameters<typeof openFile>[0]>) =>
    looksLikeImages(await openFile(await file));

  it.each([
    ['npz of images', () => readFixture('public/demo/images/mnist.npz')],
    ['npz of MedMNIST', () => archive('a.npz', { 'train_images.npy': pixel, 'train_labels.npy': pixel })],
    ['IDX', () => named('anything', idxImages(small))],
    ['IDX packed with gzip', packed],
    ['CIFAR', () => named('data_batch_1.bin', new Uint8Array(3073))],
    ['parquet', () => named('anything', parquet([[{ bytes: joined(), path: '', label: 1 }]], null))],
    ['CSV', () => named('anything', joined(`${range(785).join(',')}\n`))],
    [
      'CSV with a header',
      () =>
        named(
          'anything',
          joined(
            `label,${range(784)
              .map((at) => `${at % 28}x${at}`)
              .join(',')}\n`,
          ),
        ),
    ],
    ['zip of images', () => archive('a.zip', { 'x/a.png': joined() })],
    ['zip of IDX files', () => archive('a.zip', { 'train-images-idx3-ubyte.gz': joined() })],
    ['a picture', () => named('cat.png', joined())],
  ])('looks like images: %s', async (_, file) => {
    expect(await looks(file())).toBe(true);
  });

  it.each([
    ['npz of weights', () => readFixture('fixtures/formats/mlp.npz')],
    [
      'npz of weights without names',
      () =>
        archive('a.npz', {
          'arr_0.npy': npy('<f4', [2, 1, 1, 1], new Uint8Array(8)),
          'arr_1.npy': npy('<f4', [2], new Uint8Array(8)),
        }),
    ],
    ['PyTorch', () => readFixture('public/demo/mlp/mlp-mnist-0to4.pt')],
    ['PyTorch in the old format', () => readFixture('fixtures/formats/legacy-serialization.pt')],
    ['safetensors', () => readFixture('fixtures/formats/float16.safetensors')],
    ['a recipe', () => readFixture('public/demo/recipes/mlp.json')],
    [
      'text',
      () =>
        named(
          'a.txt',
          joined('Dear reader, this is a letter, and it has commas, but no table, none, at, all, of, any, kind.'),
        ),
    ],
    ['zip of text', () => archive('a.zip', { 'readme.txt': joined('hello') })],
    ['weights called .bin', () => named('train.bin', new Uint8Array(5000))],
    ['an empty file', () => named('a', joined())],
  ])('does not look like images: %s', async (_, file) => {
    expect(await looks(file())).toBe(false);
  });
});
