import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../architectures/model.ts';
import { loadModel, recogniseSource } from '../architectures/source.ts';
import { readImageFile } from '../datasets/files/npz.ts';
import type { ImageFile } from '../datasets/image-file.ts';
import { readCheckpoint } from '../formats/detect.ts';
import { readNpz } from '../formats/npz.ts';
import { wholeFile } from '../formats/write/output.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { checkpointFile } from './checkpoint.ts';
import { planScratch } from './plan.ts';
import { parseScratch } from './recipe.ts';
import type { ScratchProgress, Trained } from './train.ts';
import { trainScratch } from './train.ts';

let images: ImageFile;
beforeAll(async () => {
  const read = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
  if (!read) throw new Error('no images');
  images = { ...read, file: 'mnist.npz' };
});

const mlp = { network: { kind: 'mlp', widths: [32] }, image: 28, images: 'mnist.npz', labels: [5, 6, 7], epochs: 4 };
const vit = {
  ...mlp,
  network: { kind: 'vit', patch: 7, width: 16, blocks: 2, heads: 2, hidden: 32 },
  epochs: 6,
  learningRate: 5e-3,
};

async function train(recipe: object, stopAfter = Number.POSITIVE_INFINITY) {
  const training = trainScratch(parseScratch(recipe), images);
  const progress: ScratchProgress[] = [];
  for (;;) {
    const next = await training.next(progress.length >= stopAfter ? 'stop' : undefined);
    if (next.done) return { progress, trained: next.value };
    progress.push(next.value);
  }
}

const bitsOf = ({ weights }: Model) =>
  Object.fromEntries([...weights].map(([name, { values }]) => [name, [...new Uint32Array(values.slice().buffer)]]));
const lossesOf = (progress: ScratchProgress[]) => progress.flatMap((one) => (one.type === 'loss' ? [one.loss] : []));
const sharesOf = (progress: ScratchProgress[]) =>
  progress.flatMap((one) => (one.type === 'accuracy' ? [one.share] : []));

describe.each(['wasm', 'cpu'] as const)('an MLP on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it('has the same bits for the same seed, others for another, and tells its classes apart', async () => {
    const before = tf.memory().numTensors;
    const first = await train({ ...mlp, seed: 3 });
    const again = await train({ ...mlp, seed: 3 });
    const other = await train({ ...mlp, seed: 4 });
    expect(bitsOf(again.trained.model)).toEqual(bitsOf(first.trained.model));
    expect(bitsOf(other.trained.model)).not.toEqual(bitsOf(first.trained.model));
    for (const { trained, progress } of [first, other]) {
      expect(trained.accuracy).toBeGreaterThan(0.93); // chance: 1/3
      expect(sharesOf(progress).at(-1)).toBeGreaterThan(0.9);
      expect(lossesOf(progress)).toHaveLength(trained.steps);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a source of one’s own', () => {
  beforeAll(() => useNodeBackend('wasm'));

  it('may be a ViT, whose checkpoint tells all that its weights cannot', async () => {
    const { trained } = await train(vit);
    expect(trained.accuracy).toBeGreaterThan(0.8);
    const { source, model } = await readBack(trained, 'safetensors');
    expect(source.match).toMatchObject({ scheme: 'timm', assumed: [], ignored: [] });
    expect(source.match.facts).toMatchObject({
      heads: { value: 2, origin: 'file' },
      epsilon: { value: 1e-6, origin: 'file' },
      activation: { value: 'gelu', origin: 'file' },
      mean: { value: [0], origin: 'file' },
      std: { value: [1], origin: 'file' },
      labels: { value: ['5', '6', '7'], origin: 'file' },
    });
    expect(model.architecture).toEqual(trained.model.architecture);
    expect(bitsOf(model)).toEqual(bitsOf(trained.model));
    expect(JSON.parse(source.checkpoint.metadata.fs_merge_training ?? '')).toEqual(trained.recipe);
  });

  it('is a state dict of nn.Sequential as a .pt', async () => {
    const { trained } = await train({ ...mlp, epochs: 1 });
    const { source, model } = await readBack(trained, 'pytorch');
    expect(source.match.scheme).toBe('nn.Sequential');
    expect(bitsOf(model)).toEqual(bitsOf(trained.model));
  });

  it('keeps what it has learned when it is stopped', async () => {
    const { trained, progress } = await train({ ...mlp, epochs: 50 }, 20);
    expect(trained.steps).toBeLessThanOrEqual(20);
    expect(lossesOf(progress)).toHaveLength(trained.steps);
    expect(trained.accuracy).toBeGreaterThan(0.4);
  });
});

async function readBack(trained: Trained, container: 'safetensors' | 'pytorch') {
  const file = checkpointFile(trained, 'own', container);
  const checkpoint = await readCheckpoint({ name: file.name, source: bytesSource(wholeFile(file)) });
  const source = recogniseSource(checkpoint);
  return { source, model: await loadModel(source) };
}

describe('what keeps a network from being trained', () => {
  it.each([
    [{ labels: [] }, /No class of mnist.npz is chosen/],
    [{ labels: [3] }, /Only class 3 of mnist.npz is chosen/],
    [{ labels: [3, 12] }, /mnist.npz has no training images of class 12/],
    [{ labels: [3, 3] }, /names a label twice/],
    [{ ...vit, network: { ...vit.network, patch: 5 } }, /Patches of 5 px do not fill images of 28 px/],
    [{ ...vit, network: { ...vit.network, patch: 1 } }, /784 tokens/],
    [{ ...vit, network: { ...vit.network, heads: 3 } }, /3 heads do not divide the width 16/],
  ])('is told before a step: %o', (changes, sentence) => {
    expect(() => planScratch(parseScratch({ ...mlp, ...changes }), images)).toThrow(sentence);
  });

  it('is also too few images of a class', () => {
    const labels = images.train.labels.map((label, row) => (row % 300 === 0 ? 77 : label));
    const few = { ...images, train: { ...images.train, labels } };
    expect(() => planScratch(parseScratch({ ...mlp, labels: [5, 77] }), few)).toThrow(
      /only 7 training images of class 77/,
    );
  });

  it('or a size that nobody would wait for', () => {
    expect(() => parseScratch({ ...mlp, network: { kind: 'mlp', widths: [100_000] } })).toThrow(
      /"network.widths.0" is out of range/,
    );
  });

  it('but not images of another size or in colour', () => {
    const colour = {
      ...images.train,
      shape: [28, 28, 3] as const,
      pixels: new Uint8Array(images.train.pixels.length * 3),
    };
    const { architecture, steps } = planScratch(parseScratch({ ...vit, image: 14 }), {
      ...images,
      train: colour,
      test: { ...colour, count: 10 },
    });
    expect(architecture).toMatchObject({ channels: 3, image: 14 });
    expect(steps).toBeGreaterThan(0);
  });
});
