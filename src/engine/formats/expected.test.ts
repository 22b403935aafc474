import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { applySideFile, readSideFile } from '../architectures/side-files.ts';
import type { Source } from '../architectures/source.ts';
import { loadModel, overrideFacts, recogniseSource } from '../architectures/source.ts';
import { readImageFile } from '../datasets/files/npz.ts';
import { networkInputs } from '../datasets/images.ts';
import { features, logits } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import type { Activation } from '../recipe.ts';
import { namedSource } from '../tensors/byte-source.ts';
import { useNodeBackend } from '../testing/node.ts';
import { readCheckpoint } from './detect.ts';
import { readNpz } from './npz.ts';
import { fileAt, fixture } from './testing.ts';

/** What PyTorch computed with a file for the first eight test images of MNIST. */
interface Expected {
  eps?: number;
  heads?: number;
  activation?: 'relu' | 'quick_gelu';
  /** Of a CLIP tower the embedding, else what the head reads. */
  features: number[][];
  logits?: number[][];
}

const { expected, vit }: { expected: Record<string, Expected>; vit: { heads: number; act: Activation } } = JSON.parse(
  await fixture('expected.json').text(),
);

/** The files that lie beside one. */
const besides: Record<string, { parts?: string[]; sides?: string[] }> = {
  'huggingface/model.safetensors': {
    sides: ['huggingface/config.json', 'huggingface/preprocessor_config.json'],
  },
  'sharded/model.safetensors.index.json': {
    parts: ['sharded/model-00001-of-00002.safetensors', 'sharded/model-00002-of-00002.safetensors'],
  },
};

beforeAll(() => useNodeBackend('cpu'));

it('there is an answer for each of 18 files', () => {
  expect(Object.keys(expected)).toHaveLength(18);
});

it.each(Object.entries(expected))('%s computes what PyTorch computed with it', async (file, answer) => {
  const images = await readImageFile(await readNpz(fileAt('public/demo/images/mnist.npz')));
  const { architecture, weights } = await loadModel(await sourceOf(file, answer));
  const parameters = toBackend(weights);
  const inputs = networkInputs(architecture, images!.test, [...answer.features.keys()]);
  const [read, given] = tf.tidy(() => [
    features(architecture, parameters, inputs).arraySync(),
    logits(architecture, parameters, inputs).arraySync(),
  ]);
  disposeAll(parameters);
  if (answer.logits) expectClose(read!, answer.features);
  expectClose(given!, answer.logits ?? answer.features);
});

/** With the facts of the files beside it; where there are none, with those that the answer was computed with. */
async function sourceOf(file: string, { eps: epsilon, heads, activation }: Expected): Promise<Source> {
  const { parts = [], sides = [] } = besides[file] ?? {};
  const beside = new Map(parts.map(fixture).map((part) => [part.name, namedSource(part)]));
  let source = recogniseSource(await readCheckpoint(fixture(file), beside));
  for (const side of sides) source = applySideFile(source, readSideFile(side, await fixture(side).text())!);
  if (sides.length > 0) return source;
  return overrideFacts(source, {
    epsilon,
    heads: epsilon === undefined ? undefined : (heads ?? vit.heads),
    activation: activation === 'quick_gelu' ? 'quick-gelu' : (activation ?? vit.act),
  });
}

/** Also of half precision: the answers were computed in 32 bits with the rounded weights. */
function expectClose(actual: number[][], wanted: number[][]): void {
  expect([actual.length, actual[0]?.length]).toEqual([wanted.length, wanted[0]?.length]);
  const furthest = Math.max(...wanted.flatMap((row, i) => row.map((value, j) => Math.abs(value - actual[i]![j]!))));
  expect(furthest).toBeLessThan(2e-5);
}
