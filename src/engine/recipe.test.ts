import { describe, expect, it } from 'vitest';
import { matrixKinds, recipeSchema } from './recipe.ts';
import { mostSources, recipeProblems } from './recipe-rules.ts';

type Fields = Record<string, unknown>;

const images = (changes: Fields = {}): Fields => ({ file: 'digits.npz', labels: [0, 1], train: 100, ...changes });

const source = (name: string, changes: Fields = {}): Fields => ({
  file: `${name}.safetensors`,
  name,
  images: images(),
  ...changes,
});

/** Two sources and FS-Merge; without changes, everything else is a default. */
const recipe = (method: Fields = {}, changes: Fields = {}): Fields => ({
  sources: [source('low'), source('high')],
  method: { name: 'fs-merge', ...method },
  ...changes,
});

interface Refusal {
  path: PropertyKey[];
  message: string;
}

/** Where and why a recipe is refused; none where it is good. */
const refusals = (written: Fields): Refusal[] =>
  (recipeSchema.safeParse(written).error?.issues ?? []).map(({ path, message }) => ({ path, message }));

const attention = { block: 1, part: 'attention' };
const warm = { initialisation: 'warm' };
const fromMethod = { from: 'method', method: 'average' };
const fromTarget = { from: 'target', file: 'wanted.safetensors' };
const fromSuperNet = { from: 'supernet', file: 'saved.safetensors' };
const many = (count: number) => Array.from({ length: count }, (_, index) => source(`source ${index + 1}`));
const withValidation = (...counts: number[]) =>
  counts.map((validation, index) => source(`task ${index + 1}`, { images: images({ validation }) }));

/** What breaks one rule, where it is told, the sentence on what is wrong, the sentence on what to do. */
const broken: [string, Fields, PropertyKey[], string, string][] = [
  [
    '17 sources',
    recipe({}, { sources: many(17) }),
    ['sources'],
    '17 sources are too many for one merge.',
    'Choose up to 16.',
  ],
  [
    '17 sources of an ensemble',
    recipe({ name: 'ensemble' }, { sources: many(17) }),
    ['sources'],
    '17 sources are too many for one merge.',
    'Choose up to 16.',
  ],
  ...['first', 'average'].map((initialisation): (typeof broken)[number] => [
    `low-rank from ${initialisation}`,
    recipe({ kind: 'low-rank', initialisation }),
    ['method', 'initialisation'],
    `Low-rank matrices without a diagonal cannot start as "${initialisation}".`,
    'Choose the initialisation "random", or the kind "diagonal + low-rank".',
  ]),
  [
    'warm from nothing',
    recipe(warm),
    ['method', 'warmStart'],
    'The initialisation "warm" does not say what to start from.',
    'Choose a method, a saved SuperNet or a target to start from.',
  ],
  ...[fromMethod, fromTarget].map((warmStart): (typeof broken)[number] => [
    `sequential, warm from a ${warmStart.from}`,
    recipe({ ...warm, kind: 'full', warmStart, order: 'sequential' }),
    ['method', 'order'],
    'A warm start gives M and U of all sources together, which a sequential merge never has.',
    'Choose the order "together", or another initialisation.',
  ]),
  [
    'low-rank, warm from a method',
    recipe({ ...warm, kind: 'low-rank', warmStart: fromMethod }),
    ['method', 'kind'],
    'Low-rank matrices without a diagonal contain no average of the sources.',
    'Choose another kind of matrices.',
  ],
  ...matrixKinds
    .filter((kind) => kind !== 'full')
    .map((kind): (typeof broken)[number] => [
      `${kind}, warm from a target`,
      recipe({ ...warm, kind, warmStart: fromTarget }),
      ['method', 'kind'],
      `Folding source 1 to a target takes every entry of M, which the kind "${kind}" does not have.`,
      'Choose the kind "full".',
    ]),
  [
    'inner without blocks',
    recipe({ objective: 'inner' }),
    ['method', 'inner'],
    'The objective "inner" has no blocks to compare.',
    'Choose at least one block, or the objective "own".',
  ],
  [
    'one place twice',
    recipe({ objective: 'inner', inner: [attention, { block: 1, part: 'mlp' }, { ...attention, weight: 2 }] }),
    ['method', 'inner'],
    'The attention of block 1 is compared twice.',
    'Name it once, with the weight it is to have.',
  ],
  [
    'inner and local',
    recipe({ objective: 'inner', inner: [attention], scope: 'local' }),
    ['method', 'scope'],
    'Local training compares each layer alone, so the objective "inner" does not apply.',
    'Choose the scope "global".',
  ],
  [
    'heads that do not divide the merged width',
    recipe({ merged: { width: 20, heads: 3 } }),
    ['method', 'merged', 'heads'],
    '3 attention heads do not divide the merged width 20.',
    'Choose a divisor of 20.',
  ],
  [
    'early stopping without measurements',
    recipe({ patience: 3, evaluateEvery: 0 }, { sources: withValidation(10, 10) }),
    ['method', 'evaluateEvery'],
    'Early stopping needs measurements on the way, and there are none.',
    'Measure every so many steps, or train without early stopping.',
  ],
  [
    'early stopping where a task has no validation images',
    recipe({ patience: 3 }, { sources: withValidation(10, 0) }),
    ['method', 'patience'],
    'Early stopping needs validation images, and task "task 2" has none.',
    'Hold some images of every task out for validation.',
  ],
];

describe('what does not go together is refused, once, with what is wrong and what to do', () => {
  it.each(broken)('%s', (_, written, path, message, advice) => {
    expect(refusals(written)).toEqual([{ path, message: `${message} ${advice}` }]);
  });

  it('each rule broken is told, not the first alone', () => {
    const written = recipe({ kind: 'low-rank', objective: 'inner', scope: 'local', merged: { width: 5, heads: 2 } });
    expect(refusals(written).map(({ path }) => path.at(-1))).toEqual(['initialisation', 'inner', 'scope', 'heads']);
  });

  it('the same as errors for people, about the option', () => {
    const written = recipeSchema.parse(recipe());
    expect(recipeProblems(written)).toEqual([]);
    const [problem, ...others] = recipeProblems({
      ...written,
      sources: many(17).flatMap(() => written.sources.slice(1)),
    });
    expect(others).toEqual([]);
    expect(problem?.info).toEqual({
      kind: 'recipe',
      message: '17 sources are too many for one merge.',
      advice: 'Choose up to 16.',
      subject: 'sources',
    });
  });
});

describe('what goes together passes', () => {
  it.each(matrixKinds)('kind %s', (kind) => {
    expect(refusals(recipe({ kind, initialisation: 'random' }))).toEqual([]);
    if (kind !== 'low-rank') expect(refusals(recipe({ kind }))).toEqual([]);
  });

  it.each<[string, Fields]>([
    ['the method average', recipe({ name: 'average' })],
    ['the method ensemble', recipe({ name: 'ensemble' })],
    ['no sources yet', recipe({}, { sources: [] })],
    ['16 sources', recipe({}, { sources: many(mostSources) })],
    ['sources without images', recipe({}, { sources: [source('a', { images: null }), source('b', { images: null })] })],
    ['low-rank from a saved SuperNet', recipe({ ...warm, kind: 'low-rank', warmStart: fromSuperNet })],
    ...matrixKinds
      .filter((kind) => kind !== 'low-rank')
      .map((kind): [string, Fields] => [
        `${kind}, warm from a method`,
        recipe({ ...warm, kind, warmStart: fromMethod }),
      ]),
    ['full, warm from a target', recipe({ ...warm, kind: 'full', warmStart: fromTarget })],
    ['sequential, warm from a saved SuperNet', recipe({ ...warm, warmStart: fromSuperNet, order: 'sequential' })],
    ['sequential with a warm start that is not used', recipe({ warmStart: fromMethod, order: 'sequential' })],
    ['inner, two parts of two blocks', recipe({ objective: 'inner', inner: [attention, { block: 2, part: 'mlp' }] })],
    ['one place twice where no place is compared', recipe({ inner: [attention, attention] })],
    ['local, own', recipe({ scope: 'local' })],
    ['heads that divide the merged width', recipe({ merged: { width: 20, heads: 5 } })],
    ['heads without a merged width', recipe({ merged: { heads: 3 } })],
    ['early stopping', recipe({ patience: 3 }, { sources: withValidation(10, 1) })],
    ['no measurements, no early stopping', recipe({ evaluateEvery: 0 })],
  ])('%s', (_, written) => {
    expect(refusals(written)).toEqual([]);
  });
});

describe('what a recipe leaves out', () => {
  it('is filled in', () => {
    expect(recipeSchema.parse(recipe())).toEqual({
      version: 1,
      name: '',
      sources: ['low', 'high'].map((name) => ({
        file: `${name}.safetensors`,
        name,
        facts: {},
        texts: null,
        images: { file: 'digits.npz', labels: [0, 1], train: 100, augmented: 0, validation: 0 },
      })),
      alignment: { padding: 'end', resize: false },
      augmentation: { crop: true, flip: true, tone: true },
      method: {
        name: 'fs-merge',
        kind: 'diagonal+low-rank',
        rank: 12,
        initialisation: 'first',
        objective: 'own',
        inner: [],
        scope: 'global',
        order: 'together',
        merged: { width: null, hidden: null, heads: null, widths: null },
        warmStart: null,
        schedule: 'one-cycle',
        warmUp: 0.1,
        learningRate: 1e-4,
        diagonalLearningRate: null,
        checkpointing: false,
        clipNorm: null,
        freezeNorms: false,
        weightDecay: 1e-3,
        batchSize: 128,
        epochs: 100,
        evaluateEvery: 50,
        patience: null,
      },
      seed: 1,
    });
  });

  it('is filled in once: a recipe read again is the same', () => {
    const written = recipeSchema.parse(recipe({ objective: 'inner', inner: [attention] }));
    expect(written.method).toMatchObject({ inner: [{ block: 1, part: 'attention', weight: 1 }] });
    expect(recipeSchema.parse(JSON.parse(JSON.stringify(written)))).toEqual(written);
  });
});

describe('what a recipe does not know is refused', () => {
  const stray = { colour: 'red' };

  it.each<[string, Fields, PropertyKey[]]>([
    ['the recipe', recipe({}, stray), []],
    ['a source', recipe({}, { sources: [source('a', stray)] }), ['sources', 0]],
    ['its facts', recipe({}, { sources: [source('a', { facts: stray })] }), ['sources', 0, 'facts']],
    ['its images', recipe({}, { sources: [source('a', { images: images(stray) })] }), ['sources', 0, 'images']],
    ['the alignment', recipe({}, { alignment: stray }), ['alignment']],
    ['the augmentation', recipe({}, { augmentation: stray }), ['augmentation']],
    ['FS-Merge', recipe(stray), ['method']],
    ['the average', recipe({ name: 'average', ...stray }), ['method']],
    ['the ensemble', recipe({ name: 'ensemble', ...stray }), ['method']],
    ['the merged size', recipe({ merged: stray }), ['method', 'merged']],
    ['an inner place', recipe({ inner: [{ ...attention, ...stray }] }), ['method', 'inner', 0]],
    ['a warm start', recipe({ warmStart: { ...fromMethod, ...stray } }), ['method', 'warmStart']],
  ])('a key of %s', (_, written, path) => {
    expect(refusals(written)).toEqual([{ path, message: 'Unrecognized key: "colour"' }]);
  });

  it.each<[string, Fields, PropertyKey[]]>([
    ['kind', recipe({ kind: 'square' }), ['method', 'kind']],
    ['method', recipe({ name: 'soup' }), ['method', 'name']],
    ['version', recipe({}, { version: 2 }), ['version']],
    ['rank 0', recipe({ rank: 0 }), ['method', 'rank']],
    ['warm-up of all steps', recipe({ warmUp: 1 }), ['method', 'warmUp']],
  ])('%s', (_, written, path) => {
    expect(refusals(written).map((refusal) => refusal.path)).toEqual([path]);
  });
});
