import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { mergedArchitecture } from '../architectures/fold-plan.ts';
import type { Architecture, Model } from '../architectures/model.ts';
import { concatenate, featureWidth } from '../architectures/model.ts';
import { inputShape } from '../datasets/images.ts';
import { averageModels } from '../merging/baselines/average.ts';
import { features } from '../network/network.ts';
import { disposeAll, toBackend } from '../network/parameters.ts';
import { seededRandom } from '../random.ts';
import type { MatrixKind } from '../recipe.ts';
import { matrixKinds } from '../recipe.ts';
import { activationForm } from '../testing/activation-form.ts';
import { goldenModels, readGolden } from '../testing/golden.ts';
import { randomModel, smallMlp, smallVit, superNetOf, vitLayouts } from '../testing/models.ts';
import { readFixture, useNodeBackend } from '../testing/node.ts';
import { normals } from './matrix-kind.ts';
import type { SuperNetParts } from './supernet.ts';
import { SuperNet } from './supernet.ts';

beforeAll(() => useNodeBackend('cpu'));

const architectures: [string, Architecture][] = [
  ['vit', smallVit],
  ['vit, registers, LayerNorm before the blocks, mean', { ...smallVit, registers: 2, preNorm: true, pooling: 'mean' }],
  ['vit, distilled', { ...smallVit, registers: 1, pooling: 'distilled' }],
  ['mlp', smallMlp],
];

const manySources = (architecture: Architecture, count: number): Model[] => {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => randomModel(architecture, random));
};

/** Largest absolute difference of two tensors. */
const distance = (a: tf.Tensor, b: tf.Tensor): number =>
  tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0] ?? Number.NaN);

/** ‖a − b‖ / ‖b‖ */
const relative = (a: tf.Tensor, b: tf.Tensor): number =>
  tf.tidy(() => tf.div(tf.norm(tf.sub(a, b)), tf.norm(b)).dataSync()[0] ?? Number.NaN);

describe.each(architectures)('a SuperNet of three sources, %s', (_, architecture) => {
  it.each(matrixKinds)('%s: activation form and folded form are one function, in values and gradients', (kind) => {
    const bodies = manySources(architecture, 3);
    const merged = mergedArchitecture(bodies.map((body) => body.architecture));
    expectOneFunction({ bodies, architecture: merged }, kind);
  });
});

describe('a SuperNet of unequal sources', () => {
  const vits: Architecture[] = [smallVit, { ...smallVit, width: 12, hidden: 20, heads: 3, classes: 5 }];
  const mlps: Architecture[] = [smallMlp, { ...smallMlp, widths: [5, 9] }];
  const cases = (['full', 'low-rank'] as const).flatMap((kind) => [
    { kind, what: 'ViTs, narrower', sources: vits, size: { width: 6, heads: 3 } },
    { kind, what: 'ViTs, wider', sources: vits, size: { width: 16, heads: 4, hidden: 30 } },
    { kind, what: 'MLPs', sources: mlps, size: { widths: [7, 4] } },
  ]);

  it.each(cases)('$what, $kind: activation form and folded form are one function', ({ kind, sources, size }) => {
    const random = seededRandom(7);
    const bodies = sources.map((architecture) => randomModel(architecture, random));
    expectOneFunction({ bodies, architecture: mergedArchitecture(sources, size) }, kind, 5e-5);
  });

  it('with two tokens side by side guesses both of every source', () => {
    const distilled: Architecture = { ...smallVit, registers: 1, pooling: 'distilled' };
    const sources: Architecture[] = [distilled, { ...distilled, width: 12, hidden: 20, heads: 3, classes: 5 }];
    const random = seededRandom(7);
    const bodies = sources.map((architecture) => randomModel(architecture, random));
    const architecture = mergedArchitecture(sources, { width: 16, heads: 4 });
    expectOneFunction({ bodies, architecture }, 'full', 5e-5);
  });

  it('of a sequential merge guesses every task', () => {
    const [first, second, third] = manySources(smallVit, 3) as [Model, Model, Model];
    const architecture = mergedArchitecture([smallVit, smallVit, smallVit]);
    const parts = { bodies: [first, third], tasks: [first, second, third], architecture };
    expectOneFunction(parts, 'full', 5e-5);
  });
});

/**
 * Compares three forms: folded all layers of a shape at once, folded layer by layer, and the activation form. Gradients of narrow networks far from any identity are small sums of large
 * terms, so that 32-bit rounding shows earlier there.
 */
function expectOneFunction(parts: SuperNetParts, kind: MatrixKind, gradients = 1e-5): void {
  const stacked = new SuperNet(parts, { kind, rank: 3 });
  const supernet = new SuperNet(parts, { kind, rank: 3, stacked: false });
  const equal = new Set(parts.bodies.map(({ architecture }) => featureWidth(architecture))).size === 1;
  expect(stacked.stacks.size > 0).toBe(equal && kind !== 'attention-heads');
  const random = seededRandom(11);
  // Every learnable tensor away from its start, so that no part is zero.
  const start = new Map(
    [...supernet.initial('random', 5)].map(([name, weight]) => {
      const noise = normals(weight.shape, 0.3, random).values;
      return [name, { shape: weight.shape, values: weight.values.map((value, i) => value + (noise[i] ?? 0)) }];
    }),
  );
  const learnable = toBackend(start);
  const names = [...learnable.keys()];
  const shape = [4, ...inputShape(supernet.architecture)];
  const inputs = tf.tensor(normals(shape, 1, random).values, shape);
  const guessed = supernet.plan.matrices.at(-1)?.widths.reduce((sum, width) => sum + width, 0) ?? 0;
  const target = tf.randomNormal([4, guessed], 0, 1, 'float32', 3);
  const loss =
    (form: (parameters: Map<string, tf.Tensor>) => tf.Tensor2D) =>
    (...tensors: tf.Tensor[]) => {
      const parameters = new Map(names.map((name, index) => [name, tensors[index] as tf.Tensor]));
      return tf.mean(tf.square(tf.sub(supernet.unmerge(parameters, form(parameters)), target))) as tf.Scalar;
    };
  const unfolded = (parameters: Map<string, tf.Tensor>) => activationForm(supernet, parameters, inputs);
  const two = tf.valueAndGrads(loss(unfolded))([...learnable.values()]);
  for (const form of [stacked, supernet]) {
    const folded = (parameters: Map<string, tf.Tensor>) => features(form.architecture, form.fold(parameters), inputs);
    expect(
      distance(
        tf.tidy(() => folded(learnable)),
        tf.tidy(() => unfolded(learnable)),
      ),
    ).toBeLessThan(1e-5);
    const one = tf.valueAndGrads(loss(folded))([...learnable.values()]);
    expect(distance(one.value, two.value)).toBeLessThan(1e-5);
    for (const [index, gradient] of one.grads.entries()) {
      const other = two.grads[index] as tf.Tensor;
      expect(tf.norm(other).dataSync()[0], names[index]).toBeGreaterThan(1e-6);
      expect(relative(gradient, other), names[index]).toBeLessThan(gradients);
    }
  }
  disposeAll(learnable);
  stacked.dispose();
  supernet.dispose();
}

const startable = matrixKinds.filter((kind) => kind !== 'low-rank');

describe.each(vitLayouts)('exact starts, a ViT: %s', (_, architecture) => {
  it.each(startable)('%s: "first" folds to source 1, with the heads of both', async (kind) => {
    const models = manySources(architecture, 2);
    const folded = await start(models, kind, 'first');
    const heads = (name: string) => concatenate(models.flatMap(({ weights }) => weights.get(name)?.values ?? []));
    expect([...folded.weights.keys()]).toEqual([...(models[0]?.weights.keys() ?? [])]);
    for (const [name, { values }] of models[0]?.weights ?? []) {
      expect(gap(folded, name, name.startsWith('head.') ? heads(name) : values), name).toBeLessThan(1e-6);
    }
  });
});

describe('exact starts, on the demo checkpoints', () => {
  const cases = ['mlp-full-first', 'vit-full-first'].flatMap((name) => startable.map((kind) => ({ name, kind })));

  it.each(cases)('$name, $kind: "first" folds to source 1', async ({ name, kind }) => {
    const models = await goldenModels(readFixture, await readGolden(readFixture, name));
    const folded = await start(models, kind, 'first');
    for (const [parameter, weight] of models[0]?.weights ?? []) {
      if (!parameter.startsWith('head.')) expect(gap(folded, parameter, weight.values), parameter).toBeLessThan(1e-6);
    }
    expect(folded.weights.get('head.weight')?.shape[0]).toBe(folded.architecture.classes);
  });

  it.each(cases)('$name, $kind: "average" folds to the weight average', async ({ name, kind }) => {
    const models = await goldenModels(readFixture, await readGolden(readFixture, name));
    const folded = await start(models, kind, 'average');
    for (const [parameter, weight] of averageModels(models).weights) {
      expect(gap(folded, parameter, weight.values), parameter).toBeLessThan(1e-6);
    }
  });
});

async function start(
  models: Model[],
  kind: (typeof matrixKinds)[number],
  initialisation: 'first' | 'average',
): Promise<Model> {
  const supernet = superNetOf(models, { kind, rank: 4 });
  const learnable = toBackend(supernet.initial(initialisation, 1));
  const folded = await supernet.foldedModel(learnable);
  disposeAll(learnable);
  supernet.dispose();
  return folded;
}

function gap(model: Model, name: string, expected: Float32Array): number {
  const values = model.weights.get(name)?.values ?? new Float32Array();
  expect(values.length, name).toBe(expected.length);
  return values.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (expected[index] ?? Number.NaN))),
    0,
  );
}
