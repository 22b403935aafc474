import { describe, expect, it } from 'vitest';
import { expectSameWeights } from '../../formats/testing.ts';
import type { Weight } from '../../tensors/host-tensor.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import type { Architecture } from '../model.ts';
import { loadModel, recogniseSource } from '../source.ts';
import { changedFile, filled, layouts, renamed } from './testing.ts';

const positions = 'Transformer/posembed_input/pos_embedding';
const inBigVision = (name: string) =>
  name
    .replace(positions, 'pos_embedding')
    .replace('Attention_1', 'Attention_0')
    .replace('LayerNorm_2', 'LayerNorm_1')
    .replace('MlpBlock_3', 'MlpBlock_0')
    .replace(/encoderblock_\d/, 'encoderblock');

describe('variants of the schemes', () => {
  it('LayerScale is folded into the layer before it', async () => {
    const { model, checkpoint } = await changedFile('timm', smallVit, (file) => {
      for (const block of [0, 1]) {
        file.set(`blocks.${block}.ls1.gamma`, { shape: [8], values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
        file.set(`blocks.${block}.ls2.gamma`, filled(0.5, 8));
      }
      return undefined;
    });
    const { weights } = await loadModel(recogniseSource(checkpoint));
    const [before, after] = [model.weights, weights].map((all) => all.get('blocks.1.attention.out.weight')!.values);
    expect([...after!]).toEqual([...before!].map((value, index) => Math.fround(value * (1 + Math.floor(index / 8)))));
    const [bias, scaled] = [model.weights, weights].map((all) => all.get('blocks.0.mlp.out.bias')!.values);
    expect([...scaled!]).toEqual([...bias!].map((value) => value / 2));
    expect(weights.get('blocks.0.mlp.in.weight')).toEqual(model.weights.get('blocks.0.mlp.in.weight'));
  });

  it('a distilled DeiT answers with the mean of its heads', async () => {
    const { checkpoint } = await changedFile('timm', layouts.distilled, (file) => {
      file.set('head.weight', filled(3, 3, 8)).set('head_dist.weight', filled(5, 3, 8));
      file.set('head.bias', filled(1, 3)).set('head_dist.bias', filled(2, 3));
      return undefined;
    });
    const source = recogniseSource(checkpoint);
    expect(source.match.architecture).toMatchObject({ registers: 1, pooling: 'distilled', classes: 3 });
    const { weights } = await loadModel(source);
    expect([...weights.get('head.weight')!.values.subarray(0, 16)]).toEqual([
      ...Array(8).fill(1.5),
      ...Array(8).fill(2.5),
    ]);
    expect([...weights.get('head.bias')!.values]).toEqual([1.5, 1.5, 1.5]);
  });

  it('registers of DINOv2 have no positions, and mask_token is left out', async () => {
    const { model, checkpoint } = await changedFile('timm', layouts.registers, (file) => {
      const { values } = file.get('pos_embed')!;
      const kept = Float32Array.of(...values.subarray(0, 8), ...values.subarray(5 * 8));
      file.set('pos_embed', { shape: [1, 5, 8], values: kept }).set('mask_token', filled(1, 1, 8));
      return renamed(file, (name) => name.replace('reg_token', 'register_tokens')).filter(
        ([name]) => !name.startsWith('head'),
      );
    });
    const source = recogniseSource(checkpoint);
    expect(source.match.architecture).toMatchObject({ registers: 4, output: 'embedding', classes: 8, image: 4 });
    expect(source.match.ignored).toEqual(['mask_token']);
    expect(source.match.assumed).toEqual([expect.stringMatching(/no head.* 8 features/)]);
    const { weights } = await loadModel(source);
    const expected = model.weights.get('positions')!.values.slice();
    expect([...weights.get('positions')!.values]).toEqual([...expected.fill(0, 8, 5 * 8)]);
    expect([...weights.get('head.weight')!.values.subarray(0, 10)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('patches may have a bias before a LayerNorm, though timm has none', async () => {
    const { model, checkpoint } = await changedFile('timm', layouts['CLIP with classes'], (file) => {
      file.set('patch_embed.proj.bias', filled(2, 8));
      return undefined;
    });
    const { weights } = await loadModel(recogniseSource(checkpoint));
    model.weights.get('patches.bias')!.values.fill(2);
    expectSameWeights(weights, model.weights);
  });

  it('positions of the patches alone', async () => {
    const { model, checkpoint } = await changedFile('timm', smallVit, (file) => {
      const { values } = file.get('pos_embed')!;
      file.set('pos_embed', { shape: [1, 4, 8], values: values.subarray(8) });
      return undefined;
    });
    const { weights } = await loadModel(recogniseSource(checkpoint));
    const expected = model.weights.get('positions')!.values.slice().fill(0, 0, 8);
    expect([...weights.get('positions')!.values]).toEqual([...expected]);
  });

  it.each<[string, string, Architecture, (name: string) => string, string]>([
    ['DINO', 'timm', smallVit, (name) => `teacher.backbone.${name}`, 'teacher.backbone.'],
    ['a compiled model', 'timm', smallVit, (name) => `_orig_mod.module.${name}`, '_orig_mod.module.'],
    ['an image encoder', 'OpenAI CLIP', layouts.CLIP, (name) => `model.${name}`, 'model.'],
    ['OpenAI without the tower', 'OpenAI CLIP', layouts.CLIP, (name) => name.replace('visual.', ''), ''],
    ['Hugging Face bare', 'Hugging Face CLIP', layouts.CLIP, (name) => name.replace('vision_model.', ''), ''],
    ['Hugging Face wrapped', 'Hugging Face ViT', smallVit, (name) => `model.${name}`, 'model.'],
    ['Flax with an optimiser', 'Flax', smallVit, (name) => `opt/target/${name}`, 'opt/target/'],
    ['Flax', 'Flax', smallVit, (name) => `params/${name}`, 'params/'],
    [
      'old torchvision',
      'torchvision',
      smallVit,
      (name) => name.replace(/mlp\.(\d)/, (_, n) => `mlp.linear_${n === '0' ? 1 : 2}`),
      '',
    ],
    ['a wrapped MLP', 'nn.Sequential', smallMlp, (name) => `module.model.${name}`, 'module.model.'],
    ['layers in a list', 'nn.Sequential', smallMlp, (name) => `layers.${name}`, ''],
    ['Keras 2', 'Keras', smallMlp, (name) => name.replace(/^(\w+)\/(\w+)$/, '$1/$1/$2:0'), ''],
    [
      'Keras 3',
      'Keras',
      smallMlp,
      (name) => `layers/${name.replace('kernel', 'vars/0').replace('bias', 'vars/1')}`,
      '',
    ],
  ])('%s', async (_, scheme, architecture, rename, prefix) => {
    const { model, checkpoint } = await changedFile(scheme, architecture, (file) => renamed(file, rename));
    const source = recogniseSource(checkpoint);
    expect(source.match.prefix).toBe(prefix);
    expectSameWeights((await loadModel(source)).weights, model.weights);
  });

  it('blocks of big_vision lie in one tensor', async () => {
    const { model, checkpoint } = await changedFile('Flax', smallVit, (file) => {
      const stacked = new Map<string, Weight>();
      for (const [name, { shape, values }] of file) {
        const own = inBigVision(name);
        const before = stacked.get(own);
        if (before) stacked.set(own, { ...before, values: Float32Array.of(...before.values, ...values) });
        else stacked.set(own, { shape: name.includes('block_') ? [2, ...shape] : shape, values });
      }
      stacked.set('pos_embedding', { shape: [1, 4, 8], values: file.get(positions)!.values.subarray(8) });
      return renamed(stacked, (name) => `params/${name}`);
    });
    const { weights } = await loadModel(recogniseSource(checkpoint));
    model.weights.get('positions')!.values.fill(0, 0, 8);
    expectSameWeights(weights, model.weights);
  });

  it.each<[string, string, Architecture, Record<string, Weight>, RegExp]>([
    [
      'the text model of a CLIP',
      'OpenAI CLIP',
      layouts.CLIP,
      { 'transformer.resblocks.0.ln_1.weight': filled(1, 4), logit_scale: filled(1) },
      /^$/,
    ],
    [
      'the same at Hugging Face',
      'Hugging Face CLIP',
      layouts.CLIP,
      { 'text_model.x.weight': filled(1, 4), 'vision_model.embeddings.position_ids': filled(1, 1, 5) },
      /^$/,
    ],
    ['a pooler', 'Hugging Face ViT', smallVit, { 'vit.pooler.dense.weight': filled(1, 8, 8) }, /^$/],
    ['an optimiser of Keras', 'Keras', smallMlp, { 'optimizer/vars/0': filled(1) }, /^$/],
    [
      'a representation layer',
      'Flax',
      smallVit,
      { 'pre_logits/kernel': filled(1, 8, 8) },
      /such as "pre_logits\/kernel"/,
    ],
    [
      'normed keys',
      'timm',
      smallVit,
      { 'blocks.1.attn.k_norm.weight': filled(1, 4) },
      /such as "blocks\.1\.attn\.k_norm\.weight"/,
    ],
    ['a second norm', 'timm', layouts['no class token'], { 'norm.weight': filled(1, 8) }, /such as "norm\.weight"/],
    [
      'a head of its own',
      'torchvision',
      smallVit,
      { 'heads.pre_logits.weight': filled(1, 8, 8) },
      /such as "heads\.pre_logits/,
    ],
    [
      'tensors of nobody',
      'OpenAI CLIP',
      layouts.CLIP,
      { 'visual.transformer.extra': filled(1, 4) },
      /such as "visual\.transformer\.extra"/,
    ],
  ])('%s is left out where it does not matter, else refused', async (_, scheme, architecture, extra, error) => {
    const { checkpoint } = await changedFile(scheme, architecture, (file) => [...file, ...Object.entries(extra)]);
    if (error.test('')) expect(recogniseSource(checkpoint).match.ignored.sort()).toEqual(Object.keys(extra).sort());
    else expect(() => recogniseSource(checkpoint)).toThrow(error);
  });

  it('of a teacher and its student the teacher is read', async () => {
    const { checkpoint } = await changedFile('timm', smallVit, (file) => [
      ...renamed(file, (name) => `student.backbone.${name}`),
      ...renamed(file, (name) => `teacher.backbone.${name}`),
      ['teacher.head.mlp.0.weight', filled(1, 4, 8)],
    ]);
    const { match } = recogniseSource(checkpoint);
    expect(match.prefix).toBe('teacher.backbone.');
    expect(match.ignored).toHaveLength(match.rules.length + 1);
    expect(match.ignored).toContain('teacher.head.mlp.0.weight');
  });

  it('models without biases of query, key and value have zeros there', async () => {
    for (const scheme of ['timm', 'Hugging Face ViT, newer']) {
      const { checkpoint } = await changedFile(scheme, smallVit, (file) =>
        [...file].filter(([name]) => !/(qkv|[qkv]_proj)\.bias$/.test(name)),
      );
      const { weights } = await loadModel(recogniseSource(checkpoint));
      expect([...weights.get('blocks.1.attention.value.bias')!.values]).toEqual(Array(8).fill(0));
    }
  });
});
