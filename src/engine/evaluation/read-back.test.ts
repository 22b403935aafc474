import { beforeAll, describe, expect, it } from 'vitest';
import type { ExportContainer } from '../architectures/export.ts';
import { exportContainers, exportFiles } from '../architectures/export.ts';
import type { Model } from '../architectures/model.ts';
import type { SchemeMatch } from '../architectures/naming.ts';
import { recogniseSource } from '../architectures/source.ts';
import type { TaskImages } from '../datasets/images.ts';
import { readCheckpoint } from '../formats/detect.ts';
import type { ExportFloat, OutputFile } from '../formats/write/output.ts';
import { wholeFile } from '../formats/write/output.ts';
import { seededRandom } from '../random.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { modelPredictor } from './predictors.ts';
import { checkBytes, readBack, readWeightsBack } from './read-back.ts';

let timm: SchemeMatch;

beforeAll(async () => {
  await useNodeBackend('cpu');
  timm = await matchOf('vit/vit-mnist.safetensors');
});

const matchOf = async (path: string): Promise<SchemeMatch> =>
  recogniseSource(await readCheckpoint(await readFixture(`public/demo/${path}`))).match;

/** Heads, ε and activation that nobody would guess. */
const vit = randomModel({ ...smallVit, heads: 8, epsilon: 1e-3, activation: 'tanh' }, seededRandom(1));
const largestWeight = Math.max(...[...vit.weights.values()].map(({ values }) => Math.max(...values.map(Math.abs))));
/** Half of the distance between a number and its neighbours, as a share of it. */
const cases: [ExportContainer, ExportFloat, number][] = [
  ['safetensors', 'F32', 0],
  ['safetensors', 'F16', 2 ** -11],
  ['safetensors', 'BF16', 2 ** -8],
  ['pytorch', 'F32', 0],
  ['pytorch', 'BF16', 2 ** -8],
  ['npz', 'F32', 0],
  ['npz', 'F16', 2 ** -11],
];

const sourcesOf = (files: readonly OutputFile[]) =>
  files.map((file) => ({ name: file.name, source: bytesSource(wholeFile(file)) }));

function write(model: Model, container: ExportContainer, floatType: ExportFloat, shardBytes?: number) {
  return exportFiles(model, timm, { container, floatType, shardBytes, name: 'merged', metadata: {} });
}

function someTask(): TaskImages {
  const random = seededRandom(3);
  const pixels = Float32Array.from({ length: 5 * 4 * 4 * 2 }, () => random.uniform());
  const images = { count: 5, shape: [4, 4, 2] as const, pixels, labels: Int32Array.of(0, 1, 2, 0, 1) };
  return { name: 'task', train: images, validation: images, test: images };
}

describe('the weights of what was written', () => {
  it.each(cases)('%s in %s: apart by rounding, and the logits with them', async (container, floatType, half) => {
    const files = sourcesOf(write(vit, container, floatType));
    const original = modelPredictor(vit, [vit.architecture.classes]);
    const checked = await readBack({ files, model: vit, naming: timm, floatType }, original, [someTask()]);
    original.dispose();
    expect(checked.largestWeightDifference).toBeLessThanOrEqual(half * largestWeight);
    expect(checked.largestWeightDifference > 0).toBe(floatType !== 'F32');
    expect(checked.largestLogitDifference).toBeLessThanOrEqual(floatType === 'F32' ? 0 : 0.1);
  });

  it('shards, each with its own header, and their index', async () => {
    const files = sourcesOf(write(vit, 'safetensors', 'F32', 2000));
    expect(files.length).toBeGreaterThan(3);
    const { model, largestWeightDifference } = await readWeightsBack({
      files,
      model: vit,
      naming: timm,
      floatType: 'F32',
    });
    expect(largestWeightDifference).toBe(0);
    expect(model.architecture).toEqual(vit.architecture);
    const incomplete = files.filter((_, index) => index !== 1);
    await expect(readWeightsBack({ files: incomplete, model: vit, naming: timm, floatType: 'F32' })).rejects.toThrow(
      /no tensor/,
    );
  });

  it('a weight that is another is found and named', async () => {
    const other: Model = { ...vit, weights: new Map(vit.weights) };
    const { shape, values } = vit.weights.get('blocks.1.mlp.in.bias')!;
    const changed = values.slice();
    changed[4]! *= 1.01;
    (other.weights as Map<string, unknown>).set('blocks.1.mlp.in.bias', { shape, values: changed });
    for (const [container, floatType] of [
      ['safetensors', 'F32'],
      ['pytorch', 'BF16'],
      ['npz', 'F16'],
    ] as const) {
      const files = sourcesOf(write(other, container, floatType));
      await expect(readWeightsBack({ files, model: vit, naming: timm, floatType })).rejects.toMatchObject({
        name: 'StudioError',
        message: expect.stringMatching(/element 4 of "blocks\.1\.mlp\.fc1\.bias"/),
      });
    }
  });
});

describe('the bytes of what was written, whatever the container', () => {
  const mlp = randomModel(smallMlp, seededRandom(1));
  const written = async (container: ExportContainer): Promise<OutputFile[]> => {
    const match = await matchOf('mlp/mlp-mnist-0to4.pt');
    return exportFiles(mlp, match, { container, floatType: 'F32', name: 'merged', metadata: {} });
  };

  it.each(exportContainers)('%s: the same, one byte changed, and cut off', async (container) => {
    for (const file of await written(container)) {
      const bytes = wholeFile(file);
      await checkBytes(file, bytesSource(bytes));
      await expect(checkBytes(file, bytesSource(bytes.subarray(1)))).rejects.toThrow(/bytes; .* were to be written/);
      const place = Math.floor(bytes.length / 2);
      bytes[place]! ^= 1;
      await expect(checkBytes(file, bytesSource(bytes))).rejects.toThrow(`from byte ${place} on`);
    }
  });
});
