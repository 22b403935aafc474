import { describe, expect, it } from 'vitest';
import { defaultFsMerge } from '../recipe/draft.ts';
import { imagesInfo, mlpInfo, vitInfo } from '../recipe/testing.ts';
import {
  describeContainer,
  describeImages,
  describeMethod,
  describeResize,
  describeSource,
  describeSources,
  firstNames,
} from './describe.ts';

const readable = (text: string) => text.replaceAll('\u00a0', ' ');

describe('in words', () => {
  it('a ViT', () => {
    expect(readable(describeSource(vitInfo('a.pt')))).toBe('ViT · 4 blocks · width 64 · patch 7 · 28 px · 10 classes');
  });

  it('an MLP', () => {
    expect(readable(describeSource(mlpInfo('a.pt')))).toBe('MLP · 784 inputs · hidden 128 + 128 · 5 classes');
  });

  it('a network that gives an embedding', () => {
    expect(describeSource(vitInfo('a', { output: 'embedding', classes: 512 }))).toMatch(/28 px · embedding of 512$/);
  });

  it('its file', () => {
    expect(readable(describeContainer(vitInfo('a')))).toBe('safetensors · timm names · F32 · 561 kB');
    expect(describeContainer(mlpInfo('a', { prefix: 'module.' }))).toMatch(
      /^PyTorch zip · nn.Sequential names below module. · /,
    );
  });

  it('what was done to images, and a few names', () => {
    expect(describeResize({ size: 256, crop: 224, filter: 'bicubic' })).toBe('shorter edge 256, centre 224, bicubic');
    expect(describeResize({ size: 28, crop: null, filter: null })).toBe('shorter edge 28');
    expect(firstNames(['a', 'b', 'c'], 2)).toBe('a, b, …');
    expect(firstNames(['a', 'b'], 2)).toBe('a, b');
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
