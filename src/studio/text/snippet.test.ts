import { describe, expect, it } from 'vitest';
import type { Perceptron, VisionTransformer } from '../../engine/architectures/model.ts';
import { plainVit } from '../../engine/architectures/model.ts';
import type { WrittenModel } from './snippet.ts';
import { loadSnippet } from './snippet.ts';

const safetensors = (...files: string[]): WrittenModel => ({ container: 'safetensors', scheme: null, files });

describe('the snippet', () => {
  const tasks = [
    { name: 'digits', classes: 10 },
    { name: 'clothes', classes: 5 },
  ];

  const vit: VisionTransformer = {
    ...plainVit,
    kind: 'vit',
    image: 28,
    channels: 1,
    patch: 7,
    width: 64,
    blocks: 4,
    heads: 4,
    hidden: 128,
    epsilon: 1e-6,
    activation: 'gelu',
    classes: 15,
  };
  const mlp: Perceptron = { kind: 'mlp', inputs: 784, widths: [128, 64], activation: 'relu', classes: 15 };

  it('builds a timm ViT of the merged size, with the joint head', () => {
    const { title, code } = loadSnippet({ ...vit, blocks: 6 }, tasks, safetensors('m.safetensors', 'config.json'));
    expect(title).toBe('Load it in Python');
    for (const part of ['depth=6', 'num_classes=15', 'num_heads=4', 'mlp_ratio=2', 'eps=1e-6'])
      expect(code).toContain(part);
    expect(code).toContain('load_file("m.safetensors")');
    expect(code).toContain('# outputs 10 to 14: clothes');
  });

  it('names an activation that is not the usual one', () => {
    const activation = 'quick-gelu' as const;
    expect(loadSnippet({ ...vit, activation }, tasks, safetensors()).code).toContain("act_layer='quick_gelu'");
    expect(loadSnippet(vit, tasks, safetensors()).code).not.toContain('act_layer');
    expect(loadSnippet({ ...mlp, activation }, tasks, safetensors()).code).toMatch(
      /^import timm\n[\s\S]*timm.layers.QuickGELU\(\)/,
    );
  });

  it('builds an nn.Sequential', () => {
    expect(loadSnippet(mlp, tasks, safetensors()).code).toContain(
      'nn.Linear(784, 128),\n    nn.ReLU(),\n    nn.Linear(128, 64),\n    nn.ReLU(),\n    nn.Linear(64, 15),',
    );
  });

  it('builds the network whose names the weights have', () => {
    const code = (scheme: string) => loadSnippet(vit, tasks, { ...safetensors(), scheme }).code;
    expect(code('Hugging Face ViT')).toContain("hidden_act='gelu',\n)\nmodel = ViTForImageClassification(config)");
    expect(code('torchvision')).toContain('model.conv_proj = nn.Conv2d(1, 64, 7, 7)');
    expect(code('Flax')).toContain('names of Flax');
  });

  it('says what is not plain in a ViT', () => {
    const odd = { ...vit, classToken: false, registers: 4, preNorm: true, pooling: 'mean' as const };
    expect(loadSnippet(odd, tasks, safetensors()).code).toMatch(
      /class_token=False,\s+reg_tokens=4,\s+pre_norm=True,\s+global_pool='avg',/,
    );
  });

  it('reads every container', () => {
    const of = (container: WrittenModel['container'], ...files: string[]) =>
      loadSnippet(mlp, tasks, { container, scheme: null, files });
    expect(of('pytorch', 'm.pt').code).toContain('weights = torch.load("m.pt", weights_only=True)');
    expect(of('npz', 'm.npz').code).toContain('np.load("m.npz")');
    expect(of('onnx', 'm.onnx').code).toContain('inputs = np.zeros((8, 784), np.float32)');
    expect(loadSnippet(vit, tasks, { container: 'onnx', scheme: null, files: [] }).code).toContain(
      'pixels = np.zeros((8, 1, 28, 28), np.float32)',
    );
    expect(of('tfjs', 'm.json', 'm.bin')).toMatchObject({
      title: 'Load it in JavaScript',
      code: expect.stringContaining('tf.loadLayersModel("m.json")'),
    });
  });

  it('puts shards together', () => {
    const shards = ['m-00001-of-00002.safetensors', 'm-00002-of-00002.safetensors', 'm.safetensors.index.json'];
    const { code } = loadSnippet(vit, tasks, safetensors(...shards));
    expect(code).toMatch(/^from functools import partial\nfrom glob import glob\n/);
    expect(code).toContain('glob("m-*-of-00002.safetensors")');
  });
});
