import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { parameterShapes } from '../architectures/model.ts';
import { runPlain } from '../merging/baselines/testing.ts';
import { contextOf, fsMergeOptions, randomModels, runMerge } from '../merging/fs-merge/testing.ts';
import { mergeMethod } from '../merging/registry.ts';
import { methodSchema } from '../recipe.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { localCrew } from './crew.testing.ts';
import { cut, portions } from './crew.ts';

beforeAll(() => useNodeBackend('cpu'));

describe('cutting a batch', () => {
  it.each([
    [
      [1, 2, 3, 4, 5],
      2,
      [
        [1, 2, 3],
        [4, 5],
      ],
    ],
    [
      [1, 2, 3, 4],
      2,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [[7, 8], 3, [[7], [8]]],
    [
      [1, 2, 3, 4, 5, 6, 7],
      3,
      [
        [1, 2, 3],
        [4, 5],
        [6, 7],
      ],
    ],
  ])('%j into %d', (rows, parts, expected) => {
    expect(cut(rows, parts).map((part) => [...part])).toEqual(expected);
  });

  it('gives each part its portion', () => {
    expect(portions(cut([1, 2, 3, 4, 5], 2))).toEqual([0.6, 0.4]);
  });
});

describe.each([
  ['MLP', smallMlp],
  ['ViT', smallVit],
] as const)('training on several threads, %s', (_, architecture) => {
  const models = randomModels([architecture, architecture]);

  it.each([
    { kind: 'full' as const },
    { kind: 'diagonal+low-rank' as const, diagonalLearningRate: 3e-3 },
    { kind: 'diagonal' as const, freezeNorms: architecture.kind === 'vit', clipNorm: 0.05 },
    { kind: 'low-rank' as const, initialisation: 'random', objective: 'all' },
  ])('gives the losses and weights of one thread, and the same bits each time: %j', async (changes) => {
    const options = fsMergeOptions({ rank: 3, epochs: 3, ...changes });
    const before = tf.memory().numTensors;
    const alone = await runMerge(contextOf(models), options);
    const { crew, shares } = localCrew(2);
    const together = await runMerge({ ...contextOf(models), crew }, options);
    const again = await runMerge({ ...contextOf(models), crew: localCrew(2).crew }, options);
    expect(tf.memory().numTensors).toBe(before);
    // Batches of 8 among three threads: this one takes three rows.
    expect(shares[0]).toEqual([3, 2]);
    expect(shares).toHaveLength(alone.losses.length);
    for (const [step, loss] of together.losses.entries()) {
      const expected = alone.losses[step] ?? Number.NaN;
      expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThan(1e-5);
    }
    expect(again.losses).toEqual(together.losses);
    for (const name of parameterShapes(architecture).keys()) {
      const [ours, theirs] = [together, again].map(({ outcome }) => outcome.model?.weights.get(name)?.values);
      expect(ours, name).toEqual(theirs);
    }
  });

  it('serves distillation too', async () => {
    const options = methodSchema.parse({ name: 'distillation', batchSize: 8, epochs: 1, evaluateEvery: 0 });
    const { crew, shares } = localCrew(1);
    await runPlain(mergeMethod('distillation').merge({ ...contextOf(models), crew }, options as never));
    expect(shares).toHaveLength(3);
  });

  it('is left out where single layers of the sources are read', async () => {
    const { crew, shares } = localCrew(1);
    const inner = { objective: 'inner', inner: [{ block: 1, part: 'mlp', weight: 1 }] };
    const options = fsMergeOptions(architecture.kind === 'vit' ? inner : { scope: 'local', kind: 'full' });
    await runMerge({ ...contextOf(models), crew }, options);
    expect(shares).toEqual([]);
  });
});
