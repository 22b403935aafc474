import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import type { MethodRecipe } from '../recipe.ts';
import { methodSchema } from '../recipe.ts';
import { smallMlp, smallVit } from '../testing/models.ts';
import { useNodeBackend } from '../testing/node.ts';
import { localCrew } from '../training/crew.testing.ts';
import { contextOf, fsMergeOptions, randomModels } from './fs-merge/testing.ts';
import { DivergedError } from './loss-watch.ts';
import { interrupt, resumeFrom, runWhole, told, valuesOf } from './resume.testing.ts';

const images = { train: 12, validation: 5 };
const pair = contextOf(randomModels([smallVit, smallVit]), { images });
const three = contextOf(randomModels([smallMlp, smallMlp, smallMlp]), { images });
const perceptrons = contextOf(randomModels([smallMlp, smallMlp]), { images });

const distillation = methodSchema.parse({
  name: 'distillation',
  batchSize: 8,
  epochs: 3,
  evaluateEvery: 4,
  clipNorm: 1,
});

const kinds: [string, typeof pair, MethodRecipe][] = [
  ['global, full, clipped', pair, fsMergeOptions({ kind: 'full', epochs: 3, clipNorm: 0.1, evaluateEvery: 4 })],
  [
    'diagonal+low-rank with a rate of its own, frozen LayerNorms',
    pair,
    fsMergeOptions({ kind: 'diagonal+low-rank', rank: 2, diagonalLearningRate: 3e-3, freezeNorms: true }),
  ],
  ['attention heads', pair, fsMergeOptions({ kind: 'attention-heads', epochs: 3 })],
  ['local', perceptrons, fsMergeOptions({ scope: 'local', kind: 'full', epochs: 3, evaluateEvery: 2 })],
  [
    'random low-rank, all',
    perceptrons,
    fsMergeOptions({ kind: 'low-rank', initialisation: 'random', objective: 'all' }),
  ],
  [
    'inner features',
    pair,
    fsMergeOptions({
      kind: 'full',
      objective: 'inner',
      inner: [{ block: 1, part: 'mlp', weight: 1 }],
      evaluateEvery: 3,
    }),
  ],
  ['sequential', three, fsMergeOptions({ kind: 'full', order: 'sequential', epochs: 3, evaluateEvery: 4 })],
  [
    'early stopping',
    pair,
    fsMergeOptions({
      kind: 'full',
      schedule: 'constant',
      learningRate: 0.05,
      epochs: 8,
      evaluateEvery: 1,
      patience: 3,
    }),
  ],
  ['distillation', pair, distillation],
];

describe.each(['cpu', 'wasm'] as const)('a merge that was interrupted, on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(kinds)('goes on to the same bits: %s', async (name, context, method) => {
    const whole = await runWhole(context, method);
    const all = told(whole.events);
    const steps = all.filter(({ type }) => type === 'training').length;
    const random = seededRandom(name.length);
    for (let trial = 0; trial < 3; trial++) {
      const { events, bytes } = await interrupt(context, method, 1 + Math.floor(random.uniform() * steps));
      const before = tf.memory().numTensors;
      const { events: rest, outcome } = await runWhole({ ...context, resume: resumeFrom(bytes) }, method);
      expect(tf.memory().numTensors).toBe(before);
      expect([...told(events), ...told(rest)]).toEqual(all);
      expect(outcome.steps).toBe(whole.outcome.steps);
      expect(valuesOf(outcome.model?.weights)).toEqual(valuesOf(whole.outcome.model?.weights));
    }
  });

  it('goes on with the threads that it had', async () => {
    const method = fsMergeOptions({ kind: 'diagonal+low-rank', rank: 2, epochs: 3 });
    const threaded = () => ({ ...pair, crew: localCrew(2).crew });
    const whole = await runWhole(threaded(), method);
    const { events, bytes } = await interrupt(threaded(), method, 4);
    const { events: rest, outcome } = await runWhole({ ...threaded(), resume: resumeFrom(bytes) }, method);
    expect([...told(events), ...told(rest)]).toEqual(told(whole.events));
    expect(valuesOf(outcome.model?.weights)).toEqual(valuesOf(whole.outcome.model?.weights));
  });
});

describe('what was kept of a merge', () => {
  beforeAll(() => useNodeBackend('cpu'));
  const method = fsMergeOptions({ kind: 'full', epochs: 3, patience: 5, evaluateEvery: 2 });

  it('is refused when a single bit of it changed, at any place, and when it is cut off', async () => {
    const { bytes } = await interrupt(perceptrons, method, 4);
    const random = seededRandom(5);
    for (let trial = 0; trial < 40; trial++) {
      const damaged = bytes.slice();
      const at = Math.floor(random.uniform() * bytes.length);
      damaged[at]! ^= 1 << Math.floor(random.uniform() * 8);
      expect(() => resumeFrom(damaged), `byte ${at}`).toThrow(/What was kept of this run cannot be read/);
    }
    for (const length of [0, 7, 20, 300, bytes.length - 4])
      expect(() => resumeFrom(bytes.slice(0, length))).toThrow(/cannot be read/);
  });

  it('is refused by a merge of other shapes', async () => {
    const { bytes } = await interrupt(perceptrons, method, 4);
    await expect(runWhole({ ...pair, resume: resumeFrom(bytes) }, method)).rejects.toThrow(/not of its recipe/);
  });

  it('can be folded without another step', async () => {
    const { bytes } = await interrupt(three, fsMergeOptions({ kind: 'full', order: 'sequential', epochs: 3 }), 4);
    const sequential = fsMergeOptions({ kind: 'full', order: 'sequential', epochs: 3 });
    const { events, outcome } = await runWhole({ ...three, resume: resumeFrom(bytes, true) }, sequential);
    expect(events.filter(({ type }) => type === 'training')).toEqual([]);
    expect(outcome.steps).toBe(4);
    expect(outcome.model?.architecture.classes).toBe(9);
  });
});

describe('a loss that goes wrong', () => {
  beforeAll(() => useNodeBackend('cpu'));
  const wild = { kind: 'full', schedule: 'constant', epochs: 40 } as const;

  it('is told with its step, the tensor and what to try', async () => {
    const method = fsMergeOptions({ ...wild, learningRate: 1e30, initialisation: 'random', rank: 2, kind: 'low-rank' });
    const before = tf.memory().numTensors;
    const error = await runWhole(perceptrons, method).catch((reason: unknown) => reason);
    expect(tf.memory().numTensors).toBe(before);
    expect(error).toBeInstanceOf(DivergedError);
    const { info, step } = error as DivergedError;
    expect(step).toBe(1);
    expect(info.message).toMatch(/at step 2: the training has diverged/);
    expect(info.advice).toBe(
      'Try a learning rate of 1e+29, gradients clipped at norm 1 or the start "first" instead of "random".',
    );
  });

  it('ends the training when it explodes, before it is no number', async () => {
    const method = fsMergeOptions({ ...wild, learningRate: 20, clipNorm: 1 });
    const error = await runWhole(perceptrons, method).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ subject: 'loss', advice: 'Try a learning rate of 2.' });
    expect((error as DivergedError).message).toMatch(
      /The loss at step \d+ is ([\d,]+|more than a million) times its lowest so far/,
    );
  });

  it('names the tensor that first was not finite', async () => {
    const method = fsMergeOptions({ kind: 'full', epochs: 3 });
    const { bytes } = await interrupt(perceptrons, method, 4);
    const resume = resumeFrom(bytes);
    const [optimiser] = resume.state.current.optimisers;
    optimiser?.value.fill(Number.NaN, 0, 3);
    const error = await runWhole({ ...perceptrons, resume }, method).catch((reason: unknown) => reason);
    expect((error as DivergedError).info).toMatchObject({
      subject: expect.stringMatching(/^layers\.1\.M/),
      message: expect.stringMatching(/^Entries of layers\.1\.M.* are no longer finite at step 5/),
    });
  });
});
