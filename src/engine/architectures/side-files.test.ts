import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../formats/detect.ts';
import { readFixture } from '../testing/node.ts';
import { huggingFaceClip } from './schemes/clip.ts';
import { huggingFace } from './schemes/hugging-face.ts';
import { changedFile, layouts } from './schemes/testing.ts';
import { timm } from './schemes/timm.ts';
import { applySideFile, readSideFile } from './side-files.ts';
import type { Source } from './source.ts';
import { overrideFacts, recogniseSource } from './source.ts';

const huggingFaceFile = async (name: string) => readFixture(`fixtures/formats/huggingface/${name}`);
const model = async () => recogniseSource(await readCheckpoint(await huggingFaceFile('model.safetensors')));
const text = async (name: string) => {
  const { source } = await huggingFaceFile(name);
  return source.read(0, source.size);
};
const read = (name: string, json: unknown) => readSideFile(name, JSON.stringify(json))!;
/** A model of the studio under a scheme's names. */
const written = async (scheme: string, layout: keyof typeof layouts): Promise<Source> =>
  recogniseSource((await changedFile(scheme, layouts[layout], (file) => file)).checkpoint);

describe('the files of a Hugging Face model', () => {
  it('config.json gives heads, ε, activation and labels', async () => {
    const { match } = applySideFile(await model(), readSideFile('config.json', await text('config.json'))!);
    expect(match.architecture).toMatchObject({ heads: 4, epsilon: 1e-6, activation: 'gelu' });
    expect(match.facts).toMatchObject({
      heads: { value: 4, origin: 'config.json' },
      epsilon: { value: 1e-6, origin: 'config.json' },
      activation: { value: 'gelu', origin: 'config.json' },
      labels: { value: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], origin: 'config.json' },
      mean: { value: [0], origin: 'guess' },
    });
  });

  it('preprocessor_config.json says that pixels are not normalised', async () => {
    const side = readSideFile('preprocessor_config.json', await text('preprocessor_config.json'))!;
    const { match } = applySideFile(await model(), side);
    expect(match.facts).toMatchObject({
      mean: { value: [0], origin: 'preprocessor_config.json' },
      std: { value: [1], origin: 'preprocessor_config.json' },
      resize: { value: { size: 28, crop: null, filter: null }, origin: 'preprocessor_config.json' },
    });
  });

  it('what a person set stays', async () => {
    const source = overrideFacts(await model(), { epsilon: 1e-3 });
    const { match } = applySideFile(source, readSideFile('config.json', await text('config.json'))!);
    expect(match.architecture).toMatchObject({ epsilon: 1e-3, heads: 4 });
    expect(match.facts.epsilon).toEqual({ value: 1e-3, origin: 'person' });
  });
});

describe('how images are prepared', () => {
  const normalised = { image_mean: [0.5, 0.25], image_std: [0.25, 0.5] };

  it.each([
    ['mean and std', normalised, [0.5, 0.25], [0.25, 0.5]],
    ['one number for all channels', { image_mean: 0.5, image_std: [0.25] }, [0.5, 0.5], [0.25, 0.25]],
    ['no rescaling', { image_mean: 127.5, image_std: 51, do_rescale: false }, [0.5, 0.5], [0.2, 0.2]],
    ['pixels from 0 to 2', { ...normalised, rescale_factor: 2 / 255 }, [0.25, 0.125], [0.125, 0.25]],
    ['not normalised', { ...normalised, do_normalize: false }, [0, 0], [1, 1]],
    ['neither', { do_normalize: false, do_rescale: false }, [0, 0], [1 / 255, 1 / 255]],
  ])('%s', async (_, config, mean, std) => {
    const side = read('preprocessor_config.json', { do_normalize: true, ...config });
    const { facts } = applySideFile(await written('timm', 'plain'), side).match;
    for (const [index, value] of mean.entries()) expect(facts.mean.value[index]).toBeCloseTo(value, 12);
    for (const [index, value] of std.entries()) expect(facts.std.value[index]).toBeCloseTo(value, 12);
    expect([facts.mean.value.length, facts.std.value.length]).toEqual([2, 2]);
  });

  it.each([
    [
      { size: 4, resample: 3 },
      { size: 4, crop: null, filter: 'bicubic' },
    ],
    [
      { size: { shortest_edge: 5 }, crop_size: { height: 4, width: 4 }, do_center_crop: true, resample: 2 },
      { size: 5, crop: 4, filter: 'bilinear' },
    ],
    [
      { size: { shortest_edge: 5 }, crop_size: 4, do_center_crop: true },
      { size: 5, crop: 4, filter: null },
    ],
  ])('%j', async (config, value) => {
    const side = read('preprocessor_config.json', { do_normalize: false, ...config });
    const { facts } = applySideFile(await written('timm', 'plain'), side).match;
    expect(facts.resize).toEqual({ value, origin: 'preprocessor_config.json' });
  });
});

describe('other configurations', () => {
  it('timm', async () => {
    const side = read('config.json', {
      architecture: 'vit_tiny_patch16_224',
      num_classes: 3,
      num_features: 8,
      model_args: { num_heads: 4, act_layer: 'quick_gelu' },
      pretrained_cfg: {
        input_size: [2, 4, 4],
        mean: [0.1, 0.2],
        std: [0.3, 0.4],
        interpolation: 'bicubic',
        crop_pct: 0.9,
      },
    });
    const { match } = applySideFile(await written('timm', 'plain'), side);
    expect(match.architecture).toMatchObject({ heads: 4, activation: 'quick-gelu' });
    expect(match.facts).toMatchObject({
      mean: { value: [0.1, 0.2], origin: 'config.json' },
      std: { value: [0.3, 0.4] },
      resize: { value: { size: 4, crop: 4, filter: 'bicubic' } },
    });
  });

  it('a CLIP of Hugging Face, whose tower has its own part', async () => {
    const side = read('config.json', {
      model_type: 'clip',
      hidden_size: 512,
      vision_config: { hidden_size: 8, num_attention_heads: 4, hidden_act: 'gelu', layer_norm_eps: 1e-4 },
    });
    const { architecture } = applySideFile(await written('Hugging Face CLIP', 'CLIP'), side).match;
    expect(architecture).toMatchObject({ heads: 4, activation: 'gelu', epsilon: 1e-4 });
  });

  it('open_clip settles what its tensors leave open', async () => {
    const source = await written('OpenAI CLIP', 'CLIP');
    expect(source.match.assumed).toHaveLength(1);
    const vision_cfg = { image_size: 4, layers: 2, width: 8, patch_size: 2, head_width: 2 };
    const side = read('open_clip_config.json', { model_cfg: { embed_dim: 3, vision_cfg } });
    const { match } = applySideFile(source, side);
    expect(match.architecture).toMatchObject({ heads: 4, activation: 'gelu' });
    expect(match.facts.activation).toEqual({ value: 'gelu', origin: 'open_clip_config.json' });
    expect(match.assumed).toEqual([]);
  });

  it.each([
    [huggingFace, 'deeper'],
    [huggingFaceClip, 'CLIP'],
    [timm, 'registers and the mean of patches'],
  ] as const)('what %j writes is read again', async (scheme, layout) => {
    const architecture = { ...layouts[layout], heads: 8, activation: 'relu' as const };
    const source = await written(scheme.name, layout);
    const { match } = applySideFile(source, read('config.json', scheme.config?.(architecture)));
    const { heads, activation } = match.architecture as typeof architecture;
    expect({ heads, activation }).toEqual({ heads: 8, activation: 'relu' });
    expect(match.facts.labels).toBeNull();
  });
});

describe('labels', () => {
  it.each<[string, string]>([
    ['labels.txt', 'ant\r\nbee\r\ncat\r\n\r\n'],
    ['labels.json', '["ant", "bee", "cat"]'],
    ['id2label.json', '{"0": "ant", "2": "cat", "1": "bee"}'],
    ['imagenet_class_index.json', '{"0": ["n1", "ant"], "1": ["n2", "bee"], "2": ["n3", "cat"]}'],
    ['config.json', '{"id2label": {"0": "ant", "1": "bee", "2": "cat"}}'],
  ])('%s', async (name, content) => {
    const { facts } = applySideFile(await written('timm', 'plain'), readSideFile(name, content)!).match;
    expect(facts.labels).toEqual({ value: ['ant', 'bee', 'cat'], origin: name });
  });

  it('an embedding has no classes to name', async () => {
    const source = await written('OpenAI CLIP', 'CLIP');
    expect(applySideFile(source, read('labels.json', ['ant', 'bee'])).match.facts.labels).toBeNull();
  });
});

describe('files that tell nothing', () => {
  it.each([
    ['model.safetensors.index.json', '{"metadata": {}, "weight_map": {"a": "b"}}'],
    ['recipe.json', '{"version": 1, "sources": [], "method": {"name": "average"}}'],
    ['list.json', '[]'],
    ['numbers.json', '[1, 2]'],
    ['null.json', 'null'],
    ['gaps.json', '{"0": "ant", "7": "bee"}'],
    ['empty.txt', '\n\n'],
    ['prose.txt', 'A text.\n\nWith paragraphs.'],
    ['weights.bin', 'ant'],
  ])('%s', (name, content) => expect(readSideFile(name, content)).toBeNull());
});

describe('files that are wrong', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'a width',
      { hidden_size: 768 },
      /By config\.json, hidden_size is 768, but the weights in test have a width of 8\./,
    ],
    ['a depth', { hidden_size: 8, num_hidden_layers: 12 }, /num_hidden_layers is 12, .* have 2 blocks/],
    ['an oblong image', { hidden_size: 8, image_size: [4, 6] }, /image_size is 6, .* images of 4 pixels/],
    ['labels', { id2label: { 0: 'ant' } }, /the length of id2label is 1, .* 3 classes/],
    [
      'channels',
      { image_mean: [0.5, 0.5, 0.5] },
      /test cannot have a mean of 3 numbers as config\.json says: it takes 2/,
    ],
    ['heads', { hidden_size: 8, num_attention_heads: 3 }, /3 attention heads as config\.json says/],
  ])('%s that the weights contradict', async (_, json, message) => {
    const source = await written('timm', 'plain');
    expect(() => applySideFile(source, read('config.json', json))).toThrow(
      expect.objectContaining({ name: 'StudioError', kind: 'checkpoint', message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"hidden_size": ', /config\.json is damaged: it is no JSON/],
    ['a text for a number', '{"hidden_size": "768"}', /config\.json is not understood: "hidden_size"/],
    ['an unknown activation', '{"hidden_size": 8, "hidden_act": "silu"}', /config\.json says hidden_act "silu"/],
    ['no division by zero', '{"image_mean": 0.5, "image_std": [0.5, 0]}', /"image_std/],
  ])('%s', (_, content, message) => {
    expect(() => readSideFile('config.json', content)).toThrow(
      expect.objectContaining({ name: 'StudioError', subject: 'config.json', message: expect.stringMatching(message) }),
    );
  });
});
