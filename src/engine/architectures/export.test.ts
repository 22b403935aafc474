import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../formats/detect.ts';
import { expectSameWeights, fileAt, roundedTo } from '../formats/testing.ts';
import type { ExportFloat, OutputFile } from '../formats/write/output.ts';
import { wholeFile } from '../formats/write/output.ts';
import { seededRandom } from '../random.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import type { ExportContainer } from './export.ts';
import { exportContainers, exportFiles } from './export.ts';
import type { Model } from './model.ts';
import type { SchemeMatch } from './naming.ts';
import { loadModel, recogniseSource } from './source.ts';

const demo = async (path: string) => {
  const source = recogniseSource(await readCheckpoint(fileAt(`public/demo/${path}`)));
  return { match: source.match, model: await loadModel(source) };
};
const paths = ['vit/vit-mnist.safetensors', 'mlp/mlp-mnist-0to4.pt'];
const written: [ExportContainer, ExportFloat][] = [
  ['safetensors', 'F32'],
  ['safetensors', 'F16'],
  ['safetensors', 'BF16'],
  ['pytorch', 'F32'],
  ['pytorch', 'F16'],
  ['pytorch', 'BF16'],
  ['npz', 'F32'],
  ['npz', 'F16'],
];

const write = (model: Model, match: SchemeMatch, container: ExportContainer, floatType: ExportFloat = 'F32') =>
  exportFiles(model, match, { container, floatType, name: 'merged', metadata: { made_by: 'a test' } });

const open = (file: OutputFile) => readCheckpoint({ name: file.name, source: bytesSource(wholeFile(file)) });

describe.each(paths)('%s', (path) => {
  it.each(written)('as %s in %s and back: the same model, rounded to the type', async (container, floatType) => {
    const { model, match } = await demo(path);
    const files = write(model, match, container, floatType);
    expect(files).toHaveLength(1);
    const checkpoint = await open(files[0]!);
    expect(new Set(Array.from(checkpoint.tensors.values(), ({ elementType }) => elementType))).toEqual(
      new Set([floatType]),
    );
    const back = await loadModel(recogniseSource(checkpoint));
    expect(back.architecture).toEqual(model.architecture);
    expectSameWeights(new Map(back.weights), roundedTo(floatType, new Map(model.weights)));
  });
});

it('files are named by their container, and say how long they are', async () => {
  const { match } = await demo('mlp/mlp-mnist-0to4.pt');
  const model = randomModel(smallMlp, seededRandom(1));
  const files = exportContainers.map((container) => write(model, match, container));
  expect(files.map((each) => each.map(({ name }) => name))).toEqual([
    ['merged.safetensors'],
    ['merged.pt'],
    ['merged.npz'],
    ['merged.json', 'merged.group1-shard1of1.bin'],
    ['merged.onnx'],
  ]);
  for (const file of files.flat()) {
    const chunks = [...file.chunks()];
    expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(file.bytes);
  }
});

it('safetensors carry the given metadata and what weights cannot tell', async () => {
  const { match } = await demo('vit/vit-mnist.safetensors');
  const model = randomModel({ ...smallVit, heads: 4, activation: 'quick-gelu' }, seededRandom(1));
  const checkpoint = await open(write(model, match, 'safetensors')[0]!);
  expect(checkpoint.metadata).toMatchObject({ format: 'pt', made_by: 'a test' });
  expect(recogniseSource(checkpoint).match.architecture).toEqual(model.architecture);
});

describe('refused before anything is written', () => {
  it.each([
    ['safetensors', 'F16', 'norm.bias'],
    ['safetensors', 'BF16', 'head.weight'],
    ['pytorch', 'F16', 'norm.bias'],
    ['npz', 'F16', 'norm.bias'],
    ['onnx', 'BF16', 'head.weight'],
  ] as const)(
    'a number that %s in %s would make infinite, with the name of its tensor',
    async (container, floatType, tensor) => {
      const { match } = await demo('vit/vit-mnist.safetensors');
      const { architecture, weights } = randomModel(smallVit, seededRandom(1));
      const large = weights.get(tensor)!;
      large.values[1] = floatType === 'F16' ? -65520 : 3.4e38;
      expect(() => write({ architecture, weights }, match, container, floatType)).toThrow(
        expect.objectContaining({ name: 'StudioError', message: expect.stringContaining(`"${tensor}"`) }),
      );
    },
  );

  it('BF16 in an npz file', async () => {
    const { match, model } = await demo('mlp/mlp-mnist-0to4.pt');
    expect(() => write(model, match, 'npz', 'BF16')).toThrow(/NumPy has no such numbers/);
  });
});
