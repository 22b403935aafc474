import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../formats/detect.ts';
import { expectSameWeights, fileAt, roundedTo } from '../formats/testing.ts';
import type { ExportFloat, OutputFile } from '../formats/write/output.ts';
import { wholeFile } from '../formats/write/output.ts';
import { seededRandom } from '../random.ts';
import { activations } from '../recipe.ts';
import type { NamedSource } from '../tensors/byte-source.ts';
import { bytesSource } from '../tensors/byte-source.ts';
import type { Checkpoint } from '../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit, vitLayouts } from '../testing/models.ts';
import type { ExportContainer, ExportOptions } from './export.ts';
import { exportContainers, exportFiles } from './export.ts';
import type { Architecture, Model } from './model.ts';
import type { SchemeMatch } from './naming.ts';
import { keras } from './schemes/keras.ts';
import { schemes } from './schemes/schemes.ts';
import { layouts, randomFor } from './schemes/testing.ts';
import type { Source } from './source.ts';
import { loadModel, overrideFacts, recogniseSource } from './source.ts';
import { nameWeights } from './tables.ts';

const demo = async (path: string) => {
  const source = recogniseSource(await readCheckpoint(fileAt(`public/demo/${path}`)));
  return { match: source.match, model: await loadModel(source) };
};

const write = (model: Model, match: Pick<SchemeMatch, 'rulesFor'>, options: Partial<ExportOptions>) =>
  exportFiles(model, match, {
    ...{ container: 'safetensors', floatType: 'F32', name: 'merged', metadata: { made_by: 'a test' } },
    ...options,
  });

/** The file that leads to the others, if there are several: the index of shards, the description of layers. */
function open(files: readonly OutputFile[]): Promise<Checkpoint> {
  const named = files.map((file): NamedSource => ({ name: file.name, source: bytesSource(wholeFile(file)) }));
  const first = named.find(({ name }) => name.endsWith('.json')) ?? named[0]!;
  return readCheckpoint(first, new Map(named.map((file) => [file.name, file])));
}

describe('from the studio to files and back, bit for bit', () => {
  /** All that keep the names of a scheme, and those that say with which heads, ε and activation the weights go. */
  const containers: [string, Partial<ExportOptions>, { saysFacts: boolean }][] = [
    ['safetensors', { container: 'safetensors' }, { saysFacts: true }],
    ['shards of safetensors', { container: 'safetensors', shardBytes: 500 }, { saysFacts: true }],
    ['PyTorch', { container: 'pytorch' }, { saysFacts: false }],
    ['npz', { container: 'npz' }, { saysFacts: false }],
  ];
  const rows = schemes.flatMap((scheme) =>
    [...Object.entries(layouts), ...vitLayouts]
      .filter(([, architecture]) => scheme.holds(architecture) === null)
      .flatMap(([layout, architecture]) =>
        containers.map(([container, options, says]) => ({ scheme, layout, architecture, container, options, ...says })),
      ),
  );

  it.each(rows)('$scheme.name, $layout, $container', async ({ scheme, architecture, options, saysFacts }) => {
    const rules = scheme.rulesFor(architecture);
    const model = randomFor(architecture, rules);
    const files = write(model, scheme, options);
    if (options.shardBytes) expect(files.length).toBeGreaterThan(2);
    const source = recogniseSource(await open(files));
    expect([source.match.scheme, source.match.prefix, source.match.ignored]).toEqual([scheme.name, '', []]);
    expect(saysFacts ? source.match.architecture : withFacts(source, architecture)).toEqual(architecture);
    expectSameWeights((await loadModel(source)).weights, model.weights);
    // The file's own names are those of the scheme.
    const again = nameWeights(architecture, model.weights, source.match.rulesFor(architecture));
    expectSameWeights(new Map(again), new Map(nameWeights(architecture, model.weights, rules)));
  });

  it.each(activations.filter((activation) => !['gelu-tanh', 'quick-gelu'].includes(activation)))(
    'an MLP with %s as a TensorFlow.js layers model',
    async (activation) => {
      for (const architecture of [smallMlp, layouts['deep perceptron']].map((mlp) => ({ ...mlp, activation }))) {
        const model = randomModel(architecture, seededRandom(1));
        const source = recogniseSource(await open(write(model, keras, { container: 'tfjs' })));
        expect(source.match).toMatchObject({ scheme: 'Keras', ignored: [], architecture });
        expectSameWeights((await loadModel(source)).weights, model.weights);
      }
    },
  );
});

/** What the file measures, with the facts of a network that names and shapes do not tell, also whether a head's numbers are classes. */
function withFacts(source: Source, architecture: Architecture): Architecture {
  const { activation } = architecture;
  if (architecture.kind === 'mlp') return overrideFacts(source, { activation }).match.architecture;
  const { heads, epsilon, output } = architecture;
  const { match } = overrideFacts(source, { activation, heads, epsilon });
  return match.architecture.kind === 'vit' ? { ...match.architecture, output } : match.architecture;
}

describe.each(['vit/vit-mnist.safetensors', 'mlp/mlp-mnist-0to4.pt'])('%s', (path) => {
  it.each<[ExportContainer, ExportFloat]>([
    ['safetensors', 'F16'],
    ['safetensors', 'BF16'],
    ['pytorch', 'F16'],
    ['pytorch', 'BF16'],
    ['npz', 'F16'],
  ])('as %s in %s and back: the same model, rounded to the type', async (container, floatType) => {
    const { model, match } = await demo(path);
    const files = write(model, match, { container, floatType });
    expect(files).toHaveLength(1);
    const checkpoint = await open(files);
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
  const files = exportContainers.map((container) => write(model, match, { container }));
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
  const checkpoint = await open(write(model, match, {}));
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
      expect(() => write({ architecture, weights }, match, { container, floatType })).toThrow(
        expect.objectContaining({ name: 'StudioError', message: expect.stringContaining(`"${tensor}"`) }),
      );
    },
  );

  it('BF16 in an npz file', async () => {
    const { match, model } = await demo('mlp/mlp-mnist-0to4.pt');
    expect(() => write(model, match, { container: 'npz', floatType: 'BF16' })).toThrow(/NumPy has no such numbers/);
  });
});
