import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../formats/detect.ts';
import { expectSameWeights } from '../../formats/testing.ts';
import { seededRandom } from '../../random.ts';
import { randomModel, smallVit } from '../../testing/models.ts';
import { readFixture } from '../../testing/node.ts';
import { parameterShapes } from '../model.ts';
import { loadModel, recogniseSource } from '../source.ts';
import { nameWeights } from '../tables.ts';
import { schemes } from './schemes.ts';
import { layouts, schemeNamed } from './testing.ts';

const fixture = async (name: string) => readCheckpoint(await readFixture(`fixtures/formats/${name}`));

describe('what a scheme holds', () => {
  it('each scheme holds something, and says why not for the rest', () => {
    const held = Object.fromEntries(
      schemes.map((scheme) => [
        scheme.name,
        Object.keys(layouts).filter((layout) => scheme.holds(layouts[layout as keyof typeof layouts]) === null),
      ]),
    );
    const plain = ['plain', 'features for a head', 'deeper'];
    const perceptrons = ['perceptron', 'deep perceptron'];
    expect(held).toEqual({
      timm: Object.keys(layouts).filter((layout) => !perceptrons.includes(layout)),
      'Hugging Face ViT': plain,
      'Hugging Face ViT, newer': plain,
      'Hugging Face CLIP': ['CLIP'],
      'OpenAI CLIP': ['CLIP'],
      torchvision: plain,
      Flax: plain,
      'nn.Sequential': perceptrons,
      'named layers': perceptrons,
      Keras: perceptrons,
    });
    for (const scheme of schemes) {
      for (const architecture of Object.values(layouts)) {
        const reason = scheme.holds(architecture);
        if (reason === null) continue;
        expect(reason).toMatch(/^\w.*\.$/);
        expect(() => scheme.rulesFor(architecture)).toThrow(
          expect.objectContaining({ name: 'StudioError', message: expect.stringContaining(reason) }),
        );
      }
    }
  });

  it('a bias that CLIP has no tensor for goes into the positions, and another is refused', async () => {
    const architecture = layouts.CLIP;
    const { weights } = randomModel(architecture, seededRandom(1));
    const rules = schemeNamed('OpenAI CLIP').rulesFor(architecture);
    expect(() => new Map(nameWeights(architecture, weights, rules))).toThrow(/"head\.bias" that is not zero/);
    weights.get('head.bias')!.values.fill(0);
    const written = new Map(nameWeights(architecture, weights, rules));
    const [positions, bias] = ['positions', 'patches.bias'].map((name) => weights.get(name)!.values);
    const { values, shape } = written.get('visual.positional_embedding')!;
    expect(shape).toEqual([5, 8]);
    for (let index = 0; index < 40; index++) {
      const moved = index < 8 ? 0 : bias![index % 8]!;
      expect(values[index]).toBeCloseTo(positions![index]! + moved, 6);
    }
  });
});

describe('files as people have them', () => {
  const vit = {
    ...smallVit,
    ...{ image: 28, channels: 1, patch: 7, width: 64, blocks: 4, heads: 4, hidden: 128, classes: 10 },
  };
  const tower = {
    ...layouts.CLIP,
    ...{ image: 28, channels: 1, patch: 7, width: 32, heads: 4, hidden: 128, classes: 16 },
  };
  const mlp = { kind: 'mlp', inputs: 784, widths: [128, 128], activation: 'relu', classes: 5 };

  it.each([
    ['huggingface/model.safetensors', 'Hugging Face ViT', '', { ...vit, epsilon: 1e-12 }, 'guess'],
    ['huggingface-v5.safetensors', 'Hugging Face ViT, newer', '', { ...vit, epsilon: 1e-12 }, 'guess'],
    ['huggingface-clip-vision.safetensors', 'Hugging Face CLIP', '', tower, 'guess'],
    ['open-clip-visual.pt', 'OpenAI CLIP', '', tower, 'guess'],
    ['torchvision.pth', 'torchvision', '', vit, 'guess'],
    ['flax.npz', 'Flax', '', vit, 'file'],
    ['wrapped-data-parallel.pth', 'timm', 'module.', vit, 'guess'],
    ['mlp-named-layers.safetensors', 'named layers', '', mlp, undefined],
    ['mlp.npz', 'nn.Sequential', '', mlp, undefined],
  ])('%s is %s', async (file, scheme, prefix, architecture, heads) => {
    const { match } = recogniseSource(await fixture(file));
    expect(match).toMatchObject({ scheme, prefix, architecture, ignored: [] });
    expect(match.architecture).toEqual(architecture);
    expect(match.facts.heads?.origin).toBe(heads);
  });

  it('all spellings of one network are one network', async () => {
    const original = recogniseSource(await readCheckpoint(await readFixture('public/demo/vit/vit-mnist.safetensors')));
    const { weights } = await loadModel(original);
    for (const file of ['huggingface/model.safetensors', 'huggingface-v5.safetensors', 'torchvision.pth', 'flax.npz']) {
      expectSameWeights((await loadModel(recogniseSource(await fixture(file)))).weights, weights);
    }
  });

  it('both spellings of one CLIP tower are one network', async () => {
    const [openAi, huggingFace] = await Promise.all(
      ['open-clip-visual.pt', 'huggingface-clip-vision.safetensors'].map(async (file) =>
        loadModel(recogniseSource(await fixture(file))),
      ),
    );
    expectSameWeights(openAi!.weights, huggingFace!.weights);
  });

  it('what is assumed is said', async () => {
    const { match } = recogniseSource(await fixture('open-clip-visual.pt'));
    expect(match.facts.activation).toMatchObject({ value: 'quick-gelu', origin: 'guess' });
    expect(match.assumed).toEqual([expect.stringMatching(/quick-gelu is assumed/)]);
    expect(recogniseSource(await fixture('flax.npz')).match.assumed).toEqual([expect.stringMatching(/Erf gelu/)]);
    expect(recogniseSource(await fixture('torchvision.pth')).match.assumed).toEqual([]);
  });
});

describe('config.json', () => {
  it('says what a loader needs', () => {
    const plain = { ...smallVit, activation: 'gelu-tanh' } as const;
    expect(schemeNamed('Hugging Face ViT').config?.(plain, ['a', 'b', 'c'])).toMatchObject({
      architectures: ['ViTForImageClassification'],
      ...{ hidden_size: 8, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 12, layer_norm_eps: 1e-6 },
      ...{ image_size: 4, patch_size: 2, num_channels: 2, hidden_act: 'gelu_pytorch_tanh' },
      id2label: { 0: 'a', 1: 'b', 2: 'c' },
      label2id: { a: 0, b: 1, c: 2 },
    });
    expect(schemeNamed('Hugging Face CLIP').config?.(layouts.CLIP)).toMatchObject({
      architectures: ['CLIPVisionModelWithProjection'],
      ...{ projection_dim: 3, hidden_act: 'quick_gelu', layer_norm_eps: 1e-5 },
    });
    expect(schemeNamed('timm').config?.(layouts['registers and the mean of patches'])).toMatchObject({
      ...{ num_classes: 3, num_features: 8, global_pool: 'avg' },
      model_args: { img_size: 4, patch_size: 2, embed_dim: 8, depth: 2, num_heads: 2, mlp_ratio: 1.5, reg_tokens: 4 },
    });
  });

  it('names every parameter that there is', () => {
    for (const scheme of schemes) {
      for (const architecture of Object.values(layouts)) {
        if (scheme.holds(architecture) !== null) continue;
        const named = scheme
          .rulesFor(architecture)
          .flatMap((rule) => [...rule.canonical, ...('absorbs' in rule && rule.absorbs ? [rule.absorbs.name] : [])]);
        expect(named.sort()).toEqual([...parameterShapes(architecture).keys()].sort());
      }
    }
  });
});
