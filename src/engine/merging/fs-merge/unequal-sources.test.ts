import { beforeAll, describe, expect, it } from 'vitest';
import { alignModels } from '../../alignment/align.ts';
import { mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Architecture } from '../../architectures/model.ts';
import { countParameters } from '../../architectures/model.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { ensemblePredictor, sourcePredictor } from '../../evaluation/predictors.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { sourceProblems } from '../compatibility.ts';
import { fsMergeProblems } from './problems.ts';
import { contextOf, fsMergeOptions, largestGap, randomModels, runMerge } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

const wide = { ...smallVit, width: 12, hidden: 20, heads: 3, classes: 5 };
const registered = { ...smallVit, classToken: false, registers: 2, preNorm: true, pooling: 'mean' } as const;
const distilled = { ...smallVit, registers: 1, pooling: 'distilled' } as const;
const alignment = { padding: 'end', resize: true } as const;
const named = (architectures: readonly Architecture[]) =>
  architectures.map((architecture, index) => ({ file: `source ${index + 1}`, architecture }));

interface Case {
  what: string;
  sources: Architecture[];
  merged?: object;
}

const cases: Case[] = [
  { what: 'widths and heads', sources: [smallVit, wide] },
  { what: 'widths, the wider one first', sources: [wide, smallVit] },
  { what: 'a merged network narrower than both', sources: [smallVit, wide], merged: { width: 6, heads: 3 } },
  { what: 'a merged network wider than both', sources: [smallVit, wide], merged: { width: 16, heads: 4, hidden: 30 } },
  { what: 'depths', sources: [{ ...smallVit, blocks: 1 }, { ...smallVit, blocks: 3 }, smallVit] },
  { what: 'depth, width and classes at once', sources: [{ ...wide, blocks: 3 }, smallVit] },
  { what: 'image size', sources: [smallVit, { ...smallVit, image: 8 }] },
  { what: 'patch size', sources: [smallVit, { ...smallVit, image: 8, patch: 4 }] },
  { what: 'image size with registers', sources: [registered, { ...registered, image: 8, blocks: 3 }] },
  { what: 'width, two tokens read', sources: [distilled, { ...wide, registers: 1, pooling: 'distilled' }] },
  { what: 'hidden widths of MLPs', sources: [smallMlp, { ...smallMlp, widths: [5, 9] }] },
  { what: 'a merged MLP of other widths', sources: [smallMlp, smallMlp], merged: { widths: [12, 3] } },
  {
    what: 'depths of MLPs',
    sources: [
      { ...smallMlp, widths: [8] },
      { ...smallMlp, widths: [8, 6, 7] },
    ],
  },
];

describe.each(cases)('sources of unequal $what', ({ sources, merged = {} }) => {
  const options = (changes: object) =>
    fsMergeOptions({ kind: 'full', merged, epochs: 6, learningRate: 5e-3, schedule: 'constant', ...changes });

  it.each(['together', 'sequential'] as const)('train and fold to one network, %s', async (order) => {
    expect(sourceProblems(named(sources), alignment)).toEqual([]);
    expect(fsMergeProblems(named(sources), options({ order }), alignment, null)).toEqual([]);
    const { outcome, losses } = await runMerge(contextOf(randomModels(sources), { alignment }), options({ order }));
    const steps = losses.length / 6;
    const mean = (from: number) => losses.slice(from, from + steps).reduce((sum, loss) => sum + loss, 0) / steps;
    if (order === 'together') expect(mean(5 * steps)).toBeLessThan(mean(0));
    const { model } = outcome;
    const sized = options({ order }).merged;
    const expected = mergedArchitecture(
      alignModels(randomModels(sources), alignment).map(({ architecture }) => architecture),
      sized,
    );
    expect(model?.architecture).toEqual(expected);
    const numbers = [...(model?.weights.values() ?? [])].reduce((sum, { values }) => sum + values.length, 0);
    expect(numbers).toBe(countParameters(expected));
    const predictor = outcome.predictor();
    const score = await evaluate(predictor, contextOf(randomModels(sources)).tasks);
    predictor.dispose();
    expect(score.perTask.every((share) => share !== null && share >= 0)).toBe(true);
  });

  it('are measured alone on what their heads can read, and together', async () => {
    const models = randomModels(sources);
    const { tasks } = contextOf(models);
    const widths = sources.map((source) => (source.kind === 'vit' ? source.width : source.widths.at(-1)));
    const alone = sourcePredictor(models, 0);
    const score = await evaluate(alone, tasks);
    alone.dispose();
    expect(score.perTask.map((share) => share === null)).toEqual(widths.map((width) => width !== widths[0]));
    const all = ensemblePredictor(models);
    const shares = (await evaluate(all, tasks)).perTask;
    all.dispose();
    expect(shares).toHaveLength(sources.length);
    expect(shares.every((share) => share !== null)).toBe(true);
  });
});

describe('a merge that starts as the first source', () => {
  it('is source 1 exactly also beside a deeper and a wider one', async () => {
    const sources = [smallVit, { ...wide, blocks: 3 }];
    const models = randomModels(sources);
    const { outcome } = await runMerge(contextOf(models), fsMergeOptions({ kind: 'full', epochs: 0 }));
    const [first] = alignModels(models, alignment);
    for (const name of first?.weights.keys() ?? []) {
      if (!name.startsWith('head.')) expect(largestGap(outcome.model, first ?? null, name), name).toBeLessThan(1e-6);
    }
  });
});

describe('a diagonal', () => {
  it('fits MLPs whose widths are equal once they are padded', async () => {
    const sources = [
      { ...smallMlp, widths: [8, 6] },
      { ...smallMlp, widths: [8, 6, 6] },
    ];
    const options = fsMergeOptions({ kind: 'diagonal' });
    expect(fsMergeProblems(named(sources), options, alignment, null)).toEqual([]);
    const { losses } = await runMerge(contextOf(randomModels(sources)), options);
    expect(losses).toHaveLength(6);
  });
});

it('a projection beside a head of classes is no obstacle', () => {
  const sources: Architecture[] = [{ ...smallVit, output: 'embedding' }, smallVit];
  expect(sourceProblems(named(sources), alignment)).toEqual([]);
});

describe('what is refused before anything is read', () => {
  const refusals: [string, Architecture[], object, RegExp][] = [
    ['channels', [smallVit, { ...smallVit, channels: 3 }], {}, /differ in channels: 2 in source 1, 3 in source 2/],
    [
      'patch size without resizing',
      [smallVit, { ...smallVit, image: 8, patch: 4 }],
      { resize: false },
      /patch size: 2 .* 4/,
    ],
    [
      'a class token in one',
      [smallVit, { ...smallVit, classToken: false, registers: 1 }],
      {},
      /differ in class token: one in source 1, none in source 2/,
    ],
    [
      'registers',
      [smallVit, { ...smallVit, registers: 4 }],
      {},
      /in registers \(tokens beside class token and patches\): 0 in source 1, 4 in source 2/,
    ],
    [
      'a LayerNorm before the blocks in one',
      [smallVit, { ...smallVit, preNorm: true }],
      {},
      /LayerNorm before the blocks: none in source 1, one in source 2/,
    ],
    [
      'other features for the head',
      [smallVit, { ...smallVit, pooling: 'mean' }],
      {},
      /what the head reads: the class token in source 1, the mean over the patches in source 2/,
    ],
    ['inputs of MLPs', [smallMlp, { ...smallMlp, inputs: 11 }], {}, /differ in inputs/],
    [
      'depth of MLPs without an identity',
      [
        { ...smallMlp, activation: 'tanh' },
        { ...smallMlp, activation: 'tanh', widths: [8] },
      ],
      {},
      /source 2 has 1 hidden layers where another source has 2, and with the activation tanh/,
    ],
  ];
  it.each(refusals)('%s', (_, sources, changes, message) => {
    const [problem] = sourceProblems(named(sources), { ...alignment, ...changes });
    expect(problem?.message).toMatch(message);
    expect(problem?.advice).toMatch(/\w/);
  });

  it.each([
    ['a diagonal', { kind: 'diagonal', rank: 2 }, /with a diagonal need sources and merged network of one width/],
    ['head by head', { kind: 'attention-heads', rank: 2 }, /with a diagonal need|as many heads/],
    ['too many widths', { kind: 'full', merged: { widths: [4] } }, /Widths of hidden layers are for MLPs/],
    ['heads that do not divide', { kind: 'full', merged: { width: 9 } }, /2 attention heads do not divide/],
  ])('%s, for ViTs of unequal width', (_, changes, message) => {
    const [problem] = fsMergeProblems(named([smallVit, wide]), fsMergeOptions(changes), alignment, null);
    expect(problem?.message).toMatch(message);
  });
});
