import { describe, expect, it } from 'vitest';
import type { Perceptron, VisionTransformer } from '../../engine/architectures/model.ts';
import { plainVit } from '../../engine/architectures/model.ts';
import { defaultFsMerge } from '../recipe/draft.ts';
import { imagesInfo, mlpInfo, vitInfo } from '../recipe/testing.ts';
import { describeImages, describeMethod, describeSource, describeSources } from './describe.ts';
import { loadSnippet } from './snippet.ts';

const readable = (text: string) => text.replaceAll('\u00a0', ' ');

describe('in words', () => {
  it('a ViT', () => {
    expect(readable(describeSource(vitInfo('a.pt')))).toBe(
      'ViT · 4 blocks · width 64 · patch 7 · 28 px · 10 classes · timm names · F32 · 561 kB',
    );
  });

  it('an MLP', () => {
    expect(readable(describeSource(mlpInfo('a.pt')))).toBe(
      'MLP · 784 inputs · hidden 128 + 128 · 5 classes · nn.Sequential names · F32 · 561 kB',
    );
  });

  it('all sources in a line', () => {
    expect(describeSources([])).toBe('none yet');
    expect(readable(describeSources([vitInfo('a'), vitInfo('b')]))).toBe('2 ViTs · 4 × 64');
    expect(readable(describeSources([vitInfo('a'), vitInfo('b', { depth: 3 })]))).toBe('2 ViTs · unequal');
    expect(describeSources([vitInfo('a'), mlpInfo('b')])).toBe('2 models');
  });

  it('images and methods', () => {
    expect(readable(describeImages(imagesInfo('a.npz')))).toBe('28 × 28, grey · 10 labels · 499 kB');
    expect(describeMethod({ name: 'average' })).toBe('Average');
    expect(describeMethod(defaultFsMerge)).toBe('diagonal + low-rank · from first');
  });
});

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
    const code = loadSnippet({ ...vit, blocks: 6 }, tasks, 'merged.safetensors');
    for (const part of ['depth=6', 'num_classes=15', 'num_heads=4', 'mlp_ratio=2', 'eps=1e-6'])
      expect(code).toContain(part);
    expect(code).toContain('load_file("merged.safetensors")');
    expect(code).toContain('# outputs 10 to 14: clothes');
  });

  it('names an activation that is not the usual one', () => {
    const activation = 'quick-gelu' as const;
    expect(loadSnippet({ ...vit, activation }, tasks, 'm.safetensors')).toContain("act_layer='quick_gelu'");
    expect(loadSnippet(vit, tasks, 'm.safetensors')).not.toContain('act_layer');
    expect(loadSnippet({ ...mlp, activation }, tasks, 'm.safetensors')).toMatch(
      /^import timm\n[\s\S]*timm.layers.QuickGELU\(\)/,
    );
  });

  it('builds an nn.Sequential', () => {
    expect(loadSnippet(mlp, tasks, 'm.safetensors')).toContain(
      'nn.Linear(784, 128),\n    nn.ReLU(),\n    nn.Linear(128, 64),\n    nn.ReLU(),\n    nn.Linear(64, 15),',
    );
  });
});
