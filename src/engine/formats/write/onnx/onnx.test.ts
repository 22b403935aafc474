import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model, VisionTransformer } from '../../../architectures/model.ts';
import { loadModel, recogniseSource } from '../../../architectures/source.ts';
import type { ImageSet } from '../../../datasets/images.ts';
import { networkInputs } from '../../../datasets/images.ts';
import { features, logits } from '../../../network/network.ts';
import { disposeAll, toBackend } from '../../../network/parameters.ts';
import { seededRandom } from '../../../random.ts';
import { activations } from '../../../recipe.ts';
import { hostNetwork } from '../../../testing/host-network.ts';
import { randomModel, smallMlp, smallVit } from '../../../testing/models.ts';
import { readFixture, useNodeBackend } from '../../../testing/node.ts';
import { readCheckpoint } from '../../detect.ts';
import { roundedTo } from '../../testing.ts';
import type { ExportFloat, OutputFile } from '../output.ts';
import { wholeFile } from '../output.ts';
import { onnxFiles } from './onnx.ts';

ort.env.wasm.numThreads = 1;
beforeAll(() => useNodeBackend('cpu'));

interface Outputs {
  logits: number[][];
  features: number[][];
}

const plain = { floatType: 'F32', metadata: {} } as const;

/** What ONNX Runtime computes from the written files. `inputs`: one image or vector a row. */
async function run(files: OutputFile[], architecture: Architecture, inputs: number[][]): Promise<Outputs> {
  const [model, data] = files;
  const externalData = data ? [{ path: data.name, data: wholeFile(data) }] : undefined;
  const session = await ort.InferenceSession.create(wholeFile(model!), { externalData });
  expect(session.outputNames).toEqual(['logits', 'features']);
  const { kind } = architecture;
  const shape =
    kind === 'vit' ? [architecture.channels, architecture.image, architecture.image] : [architecture.inputs];
  const tensor = new ort.Tensor('float32', Float32Array.from(inputs.flat()), [inputs.length, ...shape]);
  const outputs = await session.run({ [kind === 'vit' ? 'pixels' : 'inputs']: tensor });
  await session.release();
  const rows = ({ dims: [count = 0, width = 0], data }: ort.Tensor) =>
    Array.from({ length: count }, (_, row) => [...(data as Float32Array).subarray(row * width, (row + 1) * width)]);
  return { logits: rows(outputs.logits!), features: rows(outputs.features!) };
}

const inputsOf = (architecture: Architecture, count: number): number[][] => {
  const random = seededRandom(7);
  const size = architecture.kind === 'vit' ? architecture.channels * architecture.image ** 2 : architecture.inputs;
  return Array.from({ length: count }, () => Array.from({ length: size }, () => random.uniform()));
};

/** Images as the studio has them, channels last. */
function imagesOf(architecture: Architecture, inputs: number[][]): ImageSet {
  const labels = new Int32Array(inputs.length);
  const pixels = Float32Array.from(inputs.flat());
  if (architecture.kind === 'mlp') return { count: inputs.length, shape: [1, architecture.inputs, 1], pixels, labels };
  const { image, channels } = architecture;
  const area = image * image;
  const channelsLast = pixels.map((_, index) => {
    const [start, place] = [Math.floor(index / (area * channels)) * area * channels, index % (area * channels)];
    return pixels[start + (place % channels) * area + Math.floor(place / channels)]!;
  });
  return { count: inputs.length, shape: [image, image, channels], pixels: channelsLast, labels };
}

/** The same from the studio's own network. */
function ours({ architecture, weights }: Model, inputs: number[][]): Outputs {
  const images = imagesOf(architecture, inputs);
  const parameters = toBackend(weights);
  const tensor = networkInputs(architecture, images, [...inputs.keys()]);
  const outputs = {
    logits: logits(architecture, parameters, tensor).arraySync(),
    features: features(architecture, parameters, tensor).arraySync(),
  };
  tensor.dispose();
  disposeAll(parameters);
  return outputs;
}

const witness = (model: Model, inputs: number[][]): Outputs => {
  const all = inputs.map((input) => hostNetwork(model, input));
  return { logits: all.map((each) => each.logits), features: all.map((each) => each.features) };
};

function expectClose(actual: Outputs, expected: Outputs, tolerance = 1e-4): void {
  for (const output of ['logits', 'features'] as const) {
    const [a, b] = [actual[output], expected[output]];
    expect(a.map((row) => row.length)).toEqual(b.map((row) => row.length));
    const differences = a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!)));
    expect(Math.max(...differences), output).toBeLessThan(tolerance);
  }
}

const load = async (path: string): Promise<Model> =>
  loadModel(recogniseSource(await readCheckpoint(await readFixture(`public/demo/${path}`))));

describe('ONNX Runtime computes what the studio computes', () => {
  it.each(['vit/vit-mnist.safetensors', 'mlp/mlp-mnist-0to4.pt'])('%s', async (path) => {
    const model = await load(path);
    const inputs = inputsOf(model.architecture, 2);
    const computed = await run(onnxFiles('model', model, plain), model.architecture, inputs);
    expectClose(computed, ours(model, inputs));
    expectClose(computed, witness(model, inputs));
  });

  it.each(activations)('a ViT and an MLP with %s', async (activation) => {
    for (const architecture of [
      { ...smallVit, activation },
      { ...smallMlp, activation },
    ]) {
      const model = randomModel(architecture, seededRandom(3));
      const inputs = inputsOf(architecture, 2);
      const computed = await run(onnxFiles('model', model, plain), architecture, inputs);
      expectClose(computed, ours(model, inputs), 1e-5);
      expectClose(computed, witness(model, inputs), 1e-5);
    }
  });
});

describe('ONNX Runtime computes ViTs of every layout', () => {
  const layouts: [string, Partial<VisionTransformer>][] = [
    ['registers', { registers: 2 }],
    ['a LayerNorm before the blocks', { preNorm: true }],
    ['the mean over the patches, with a class token', { pooling: 'mean' }],
    ['the mean over the patches, with class token and registers', { pooling: 'mean', registers: 3 }],
    ['no class token', { classToken: false, pooling: 'mean' }],
    ['registers and no class token', { classToken: false, registers: 1, pooling: 'mean' }],
    ['a distillation token', { registers: 1, pooling: 'distilled' }],
    ['an embedding, as of CLIP', { preNorm: true, activation: 'quick-gelu', output: 'embedding', classes: 5 }],
    ['oblong numbers', { image: 12, patch: 4, channels: 3, width: 12, heads: 3, hidden: 5, blocks: 1, epsilon: 0.1 }],
  ];

  it.each(layouts)('%s', async (_, layout) => {
    const architecture = { ...smallVit, ...layout };
    const model = randomModel(architecture, seededRandom(5));
    const inputs = inputsOf(architecture, 3);
    expectClose(await run(onnxFiles('model', model, plain), architecture, inputs), witness(model, inputs), 1e-5);
  });
});

describe('files', () => {
  const model = randomModel({ ...smallVit, registers: 1 }, seededRandom(2));
  const { architecture } = model;
  const inputs = inputsOf(architecture, 1);

  it.each<ExportFloat>(['F16', 'BF16'])(
    'weights stored in %s are half as large and compute as the rounded ones',
    async (floatType) => {
      const whole = await load('vit/vit-mnist.safetensors');
      const images = inputsOf(whole.architecture, 2);
      const files = onnxFiles('model', whole, { ...plain, floatType });
      const rounded = { ...whole, weights: roundedTo(floatType, whole.weights) };
      expectClose(await run(files, whole.architecture, images), ours(rounded, images));
      expect(files[0]!.bytes / onnxFiles('model', whole, plain)[0]!.bytes).toBeLessThan(0.55);
    },
  );

  it('weights of more than 2 GB lie in a file of their own', async () => {
    const files = onnxFiles('model', model, { ...plain, insideBytes: 1000 });
    expect(files.map(({ name }) => name)).toEqual(['model.onnx', 'model.onnx_data']);
    expectClose(await run(files, architecture, inputs), witness(model, inputs), 1e-5);
  });

  it.each([undefined, 1000])('hold every weight bit by bit (at most %s bytes inside)', (insideBytes) => {
    const holder = Buffer.from(wholeFile(onnxFiles('model', model, { ...plain, insideBytes }).at(-1)!));
    for (const [name, { values }] of model.weights) {
      const place = holder.indexOf(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
      expect(place, name).toBeGreaterThanOrEqual(0);
      if (insideBytes !== undefined) expect(place % 4096, name).toBe(0);
    }
  });

  it('say the opset, the range of the pixels and the metadata', () => {
    const [file] = onnxFiles('merged', model, { ...plain, metadata: { fs_merge_facts: '{"heads":2}' } });
    const bytes = wholeFile(file!);
    expect(bytes.length).toBe(file!.bytes);
    const text = new TextDecoder('latin1').decode(bytes);
    expect(text).toContain('pixels [batch, 2, 4, 4], values 0 to 1');
    expect(text).toContain('fs_merge_facts');
    expect(text).toContain('{"heads":2}');
    // opset_import: an empty domain, version 17.
    expect(text).toContain('\x42\x04\x0a\x00\x10\x11');
  });

  it('a weight too large for F16 is refused by its name', () => {
    const large = new Map(model.weights).set('norm.bias', { shape: [8], values: new Float32Array(8).fill(7e4) });
    expect(() => onnxFiles('model', { architecture, weights: large }, { ...plain, floatType: 'F16' })).toThrow(
      /"norm\.bias" holds 70000/,
    );
  });
});
