import { describe, expect, it } from 'vitest';
import type { VisionTransformer } from '../architectures/model.ts';
import { plainVit } from '../architectures/model.ts';
import type { FsMergeOptions, MethodRecipe } from '../recipe.ts';
import { fsMergeSchema } from '../recipe.ts';
import { fsMergeCost } from './fs-merge/cost.ts';
import { isOutOfMemory, lessMemory, neededBytes, outOfMemory } from './less-memory.ts';
import { memoryProblem } from './memory.ts';

const memory = { sources: 1e9, learnable: 5e8, step: 2e9, largest: 6e8 };

it('says what is too much, with both numbers', () => {
  expect(memoryProblem(memory, { total: 4e9, largest: null }, 'WASM')).toBeNull();
  expect(memoryProblem(memory, { total: null, largest: null }, 'CPU')).toBeNull();
  expect(memoryProblem(memory, { total: 3e9, largest: null }, 'WASM')?.message).toMatch(
    /about 3\.50 GB.*WASM has 3\.00 GB/,
  );
  expect(memoryProblem(memory, { total: null, largest: 5e8 }, 'WebGPU')?.message).toMatch(
    /0\.600 GB; WebGPU allows 0\.500 GB/,
  );
});

it('refuses two ViT-B/16 with a large batch on 4 GB, and lets a small ViT pass', () => {
  const base: VisionTransformer = {
    ...plainVit,
    kind: 'vit',
    image: 224,
    channels: 3,
    patch: 16,
    width: 768,
    blocks: 12,
    heads: 12,
    hidden: 3072,
    epsilon: 1e-6,
    activation: 'gelu',
    classes: 1000,
  };
  const small = { ...base, image: 28, channels: 1, patch: 7, width: 64, blocks: 4, heads: 4, hidden: 128, classes: 10 };
  const options = fsMergeSchema.parse({ name: 'fs-merge', batchSize: 64 });
  const setting = { images: [100, 100], alignment: { padding: 'end' as const, resize: false } };
  const limits = { total: 4294901760, largest: null };
  expect(memoryProblem(fsMergeCost([base, base], options, setting).memory, limits, 'WASM')).not.toBeNull();
  expect(memoryProblem(fsMergeCost([small, small], options, setting).memory, limits, 'WASM')).toBeNull();
});

it('knows the largest tensor of a step', () => {
  const vit: VisionTransformer = {
    ...plainVit,
    kind: 'vit',
    image: 8,
    channels: 1,
    patch: 4,
    width: 6,
    blocks: 3,
    heads: 2,
    hidden: 20,
    epsilon: 1e-6,
    activation: 'gelu',
    classes: 2,
  };
  const options = fsMergeSchema.parse({ name: 'fs-merge', kind: 'diagonal', batchSize: 16 });
  const setting = { images: [100, 100], alignment: { padding: 'end' as const, resize: false } };
  // 16 images · 5 tokens · 20 hidden units, against 2 sources · 3 blocks · 6 · 20 and the diagonals.
  expect(fsMergeCost([vit, vit], options, setting).memory.largest).toBe(4 * 16 * 5 * 20);
});

describe('what would fit', () => {
  const base: VisionTransformer = {
    ...plainVit,
    kind: 'vit',
    image: 224,
    channels: 3,
    patch: 16,
    width: 384,
    blocks: 12,
    heads: 6,
    hidden: 1536,
    epsilon: 1e-6,
    activation: 'gelu',
    classes: 10,
  };
  const setting = { images: [100, 100], alignment: { padding: 'end' as const, resize: false } };
  const costOf = (method: MethodRecipe) => fsMergeCost([base, base], method as FsMergeOptions, setting);
  const options = fsMergeSchema.parse({
    name: 'fs-merge',
    batchSize: 128,
    kind: 'low-rank',
    rank: 64,
    initialisation: 'random',
  });

  it('is the highest batch of halves, and each way fits by itself', () => {
    const most = 0.6 * neededBytes(costOf(options).memory);
    const [batch, again] = lessMemory(options, costOf, most);
    const [, size] = /^a batch of (\d+) \(/.exec(batch ?? '') ?? [];
    expect(neededBytes(costOf({ ...options, batchSize: Number(size) }).memory)).toBeLessThanOrEqual(most);
    expect(neededBytes(costOf({ ...options, batchSize: 2 * Number(size) }).memory)).toBeGreaterThan(most);
    expect(again).toMatch(/^activations that are computed again/);
    expect(lessMemory(options, costOf, 1)).toEqual([]);
  });

  it('is said of a run that ran out of memory', () => {
    const error = outOfMemory(options, costOf, 'WebGPU · some GPU');
    expect(error.message).toMatch(/WebGPU · some GPU ran out of memory; this merge needs about [\d.]+ GB/);
    expect(error.advice).toMatch(/a batch of \d+ .*or the WASM backend/);
  });

  it.each([
    new RangeError('Array buffer allocation failed'),
    new Error('WebAssembly is out of memory'),
    new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded'),
    new RangeError('Invalid typed array length: 5000000000'),
  ])('is known by %s', (error) => {
    expect(isOutOfMemory(error)).toBe(true);
    expect(isOutOfMemory(new TypeError('x is undefined'))).toBe(false);
  });
});
