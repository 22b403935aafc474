import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model, VisionTransformer } from '../../architectures/model.ts';
import { loadModel, overrideFacts, recogniseSource } from '../../architectures/source.ts';
import { readImageFile } from '../../datasets/files/npz.ts';
import type { ImageSet, TaskImages } from '../../datasets/images.ts';
import { networkInputs } from '../../datasets/images.ts';
import { taskImages, taskRows } from '../../datasets/task.ts';
import { readCheckpoint } from '../../formats/detect.ts';
import { readNpz } from '../../formats/npz.ts';
import { features, logits } from '../../network/network.ts';
import { disposeAll, toBackend } from '../../network/parameters.ts';
import { seededRandom } from '../../random.ts';
import { randomModel, smallMlp, smallVit } from '../../testing/models.ts';
import { readFixture, useNodeBackend } from '../../testing/node.ts';
import { contextOf, randomImages, randomModels } from '../fs-merge/testing.ts';
import type { MergeContext } from '../method.ts';
import { activationMatching, activationMatchingMethod } from './activation-matching.ts';
import { agreement, gitReBasin, weightMatching } from './git-re-basin.ts';
import type { Order, Permutations } from './spaces.ts';
import type { Orders } from './testing.ts';
import { gapToSource, inverted, permuted, planOf, randomOrders, runPlain } from './testing.ts';

beforeAll(() => useNodeBackend('wasm'));

const options = { sweeps: 50, seed: 1 };
const images = { train: 60, validation: 0 };
const mlp = { ...smallMlp, widths: [12, 16, 9] };
const wideVit: VisionTransformer = { ...smallVit, width: 24, heads: 3, hidden: 40, blocks: 3 };

const architectures: [string, Architecture][] = [
  ['a small ViT', smallVit],
  ['a deeper ViT', wideVit],
  ['an MLP', mlp],
  ['an MLP with gelu', { ...smallMlp, activation: 'gelu' }],
];

const unchanged = (order: Order) => order.map((_, unit) => unit);

const ordersFor = (model: Model, seed: number) => randomOrders(planOf([model, model]), seededRandom(seed));
const copyOf = (model: Model, orders: Orders) => permuted(model, planOf([model, model]), orders);

/** What matching has to answer for copies whose unit k is the original's unit order[k]. */
const undoing = (...copies: Orders[]): Permutations =>
  new Map(
    [...(copies[0] ?? [])].map(([space, order]) => [
      space,
      [unchanged(order), ...copies.map((orders) => inverted(orders.get(space) ?? []))],
    ]),
  );

const byWeights = async (context: MergeContext) =>
  (await runPlain(gitReBasin.merge(context, { name: 'git-re-basin', sweeps: 50 }))).model;

const byActivations = async (context: MergeContext) =>
  (await runPlain(activationMatchingMethod.merge(context, { name: 'activation-matching' }))).model;

async function expectFoundByWeights(context: MergeContext, ...copies: Orders[]): Promise<void> {
  const { models } = context;
  expect(weightMatching(models, planOf(models), options)).toEqual(undoing(...copies));
  expect(gapToSource(await byWeights(context), models[0] as Model)).toBeLessThan(1e-5);
}

async function expectFoundByActivations(context: MergeContext, ...copies: Orders[]): Promise<void> {
  const { models, tasks } = context;
  expect(await activationMatching(models, tasks, planOf(models))).toEqual(undoing(...copies));
  expect(gapToSource(await byActivations(context), models[0] as Model)).toBeLessThan(1e-5);
}

type Compute = typeof features;

/** Logits or features of all images. */
async function outputs({ architecture, weights }: Model, set: ImageSet, compute: Compute): Promise<Float32Array> {
  const parameters = toBackend(weights);
  const rows = Array.from({ length: set.count }, (_, row) => row);
  const values = await compute(architecture, parameters, networkInputs(architecture, set, rows)).data<'float32'>();
  disposeAll(parameters);
  return values;
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);

describe.each(architectures)('permuted copies of %s', (_, architecture) => {
  const original = randomModel(architecture, seededRandom(2));

  it('compute the same logits, though every parameter is another', async () => {
    const copy = copyOf(original, ordersFor(original, 3));
    for (const [name, { values }] of original.weights) {
      if (name !== 'head.bias') expect(copy.weights.get(name)?.values, name).not.toEqual(values);
    }
    const seen = randomImages(architecture, 20, 9);
    expect(largest(await outputs(original, seen, logits), await outputs(copy, seen, logits))).toBeLessThan(1e-5);
  });

  it.each([1, 2, 3])('are matched back exactly, one or two of them (seed %i)', async (seed) => {
    const [one, two] = [ordersFor(original, seed), ordersFor(original, seed + 10)];
    const pair = contextOf([original, copyOf(original, one)], { images });
    await expectFoundByWeights(pair, one);
    await expectFoundByActivations(pair, one);
    const three = contextOf([...pair.models, copyOf(original, two)], { images });
    await expectFoundByWeights(three, one, two);
    await expectFoundByActivations(three, one, two);
  });

  it('that are not permuted stay as they are', async () => {
    const same = new Map([...ordersFor(original, 1)].map(([space, order]) => [space, unchanged(order)]));
    await expectFoundByWeights(contextOf([original, original], { images }), same);
    await expectFoundByActivations(contextOf([original, original], { images }), same);
  });
});

describe.each(architectures)('different sources, %s', (_, architecture) => {
  const models = randomModels([architecture, architecture, architecture], 8);
  const plan = planOf(models);

  it('agree by the products of their weights in the merged order, heads left out', () => {
    const orders = ordersFor(models[0] as Model, 1);
    const back = new Map([...orders].map(([space, order]) => [space, inverted(order)]));
    const wanted = models.slice(1).map((model) => bodyProduct(models[0] as Model, copyOf(model, back)));
    expect(largest(agreement(models, plan, undoing(orders, orders)), wanted)).toBeLessThan(1e-4);
  });

  it('end where no two units of a space can be swapped with gain, nor two heads or units of a head', () => {
    const pair = models.slice(0, 2);
    const found = weightMatching(pair, plan, options);
    const [best = 0] = agreement(pair, plan, found);
    expect(best).toBeGreaterThan((agreement(pair, plan, new Map())[0] ?? 0) + 1);
    const heads = architecture.kind === 'vit' ? architecture.heads : 1;
    for (const other of neighboursOf(found, heads)) {
      expect(agreement(pair, plan, other)[0]).toBeLessThanOrEqual(best + 1e-6);
    }
  });

  it('get the same orders from the same seed, and each source the same without the others', () => {
    const found = weightMatching(models, plan, options);
    expect(weightMatching(models, plan, options)).toEqual(found);
    const first = new Map([...found].map(([space, orders]) => [space, orders.slice(0, 2)]));
    expect(weightMatching(models.slice(0, 2), plan, options)).toEqual(first);
  });
});

it('different sources never agree less after another sweep, and more in the end', () => {
  const deep = { ...mlp, widths: [32, 32, 32, 32] };
  const models = randomModels([deep, deep], 8);
  const plan = planOf(models);
  const history = [0, 1, 2, 3, 50].map(
    (sweeps) => agreement(models, plan, weightMatching(models, plan, { sweeps, seed: 3 }))[0] ?? 0,
  );
  expect(history).toEqual(history.toSorted((a, b) => a - b));
  expect(history.at(-1)).toBeGreaterThan((history[0] ?? 0) + 0.1);
});

function bodyProduct(first: Model, other: Model): number {
  let sum = 0;
  for (const [name, { values }] of first.weights) {
    if (name.startsWith('head.')) continue;
    for (const [index, value] of values.entries())
      sum += value * (other.weights.get(name)?.values[index] ?? Number.NaN);
  }
  return sum;
}

/** Source 2's orders with two units swapped, of a space or inside a head, or two heads of a block. */
function* neighboursOf(found: Permutations, heads: number): Generator<Permutations> {
  const withOrder = (all: Permutations, space: string, order: Order) =>
    new Map(all).set(space, [all.get(space)?.[0] ?? [], order]);
  for (const [space, [, order = []]] of found) {
    const size = /query-key|value/.test(space) ? order.length / heads : order.length;
    for (const [a, b] of pairsBelow(order.length)) {
      if (Math.floor(a / size) === Math.floor(b / size)) yield withOrder(found, space, swapped(order, a, b, 1));
    }
    if (!space.endsWith('query-key')) continue;
    const value = space.replace('query-key', 'value');
    for (const [a, b] of pairsBelow(heads)) {
      const one = withOrder(found, space, swapped(order, a, b, size));
      yield withOrder(one, value, swapped(found.get(value)?.[1] ?? [], a, b, size));
    }
  }
}

const pairsBelow = (count: number): [number, number][] =>
  Array.from({ length: count ** 2 }, (_, pair): [number, number] => [Math.floor(pair / count), pair % count]).filter(
    ([a, b]) => a < b,
  );

/** Runs a and b of `size` entries change places. */
const swapped = (order: Order, a: number, b: number, size: number): Order =>
  order.map((_, unit) => {
    const run = Math.floor(unit / size);
    const from = run === a ? b : run === b ? a : run;
    return order[from * size + (unit % size)] ?? Number.NaN;
  });

it('activations are correlated: what multiplies a unit or is added to it does not change its partner', async () => {
  const architecture = { ...mlp, activation: 'identity' as const };
  const original = randomModel(architecture, seededRandom(9));
  const orders = ordersFor(original, 10);
  const copy = copyOf(original, orders);
  const random = seededRandom(11);
  const models = [original, copy];
  for (const { weights } of models) {
    const rows = weights.get('layers.0.weight')?.values as Float32Array;
    const biases = weights.get('layers.0.bias')?.values as Float32Array;
    for (const unit of biases.keys()) {
      const [factor, row] = [Math.exp(2 * random.normal()), unit * architecture.inputs];
      rows.set(
        rows.slice(row, row + architecture.inputs).map((value) => value * factor),
        row,
      );
      biases[unit] = 3 * factor * random.normal();
    }
  }
  const found = await activationMatching(models, contextOf(models, { images }).tasks, planOf(models));
  expect(found.get('layers.0')).toEqual(undoing(orders).get('layers.0'));
});

describe('units that never answer', () => {
  const architecture = { ...smallMlp, widths: [12, 10] };
  const original = randomModel(architecture, seededRandom(6));
  original.weights.get('layers.0.bias')?.values.fill(-100, 3, 4);

  it('do not keep the others from being matched', async () => {
    const orders = ordersFor(original, 7);
    await expectFoundByActivations(contextOf([original, copyOf(original, orders)], { images }), orders);
  });

  it('in one source only still give permutations', async () => {
    const models = [original, ...randomModels([architecture])];
    const found = await activationMatching(models, contextOf(models).tasks, planOf(models));
    for (const [, order = []] of found.values()) expect(order.toSorted((a, b) => a - b)).toEqual(unchanged(order));
  });
});

describe('permuted copies of the demo models, on real images', () => {
  const load = async (path: string, facts: { heads?: number } = {}) =>
    loadModel(overrideFacts(recogniseSource(await readCheckpoint(await readFixture(`public/demo/${path}`))), facts));

  /** The model, its copy and images of both tasks. */
  async function contextWith(original: Model, orders: Orders, labels: number[], count: number): Promise<MergeContext> {
    const [copy, task] = [copyOf(original, orders), await digits(labels, count)];
    const [ours, theirs] = [await outputs(original, task.train, logits), await outputs(copy, task.train, logits)];
    expect(largest(ours, theirs)).toBeLessThan(1e-3);
    return { ...contextOf([]), models: [original, copy], tasks: [task, task] };
  }

  it('are matched back exactly: ViT', async () => {
    const original = await load('vit/vit-mnist.safetensors', { heads: 4 });
    const orders = ordersFor(original, 12);
    const context = await contextWith(original, orders, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 100);
    await expectFoundByWeights(context, orders);
    await expectFoundByActivations(context, orders);
  });

  it('are matched back exactly: MLP, by activations as far as units answer at all', async () => {
    const original = await load('mlp/mlp-mnist-0to4.pt');
    const orders = ordersFor(original, 12);
    const context = await contextWith(original, orders, [0, 1, 2, 3, 4], 300);
    await expectFoundByWeights(context, orders);

    // Some units of the last hidden layer are 0 on all images: no activation tells one from the other.
    const [task] = context.tasks as [TaskImages];
    const answers = await outputs(original, task.train, features);
    const silent = (unit: number) => answers.every((value, index) => index % 128 !== unit || value === 0);
    const found = await activationMatching(context.models, context.tasks, planOf(context.models));
    const wanted = undoing(orders);
    const dead = unchanged(found.get('layers.1')?.[1] ?? []).filter(silent);
    expect(dead.length).toBeGreaterThan(1);
    expect(dead.length).toBeLessThan(10);
    const places = (all: Permutations) => new Set(dead.map((unit) => all.get('layers.1')?.[1]?.[unit]));
    expect(places(found)).toEqual(places(wanted));
    const living = (all: Permutations) => all.get('layers.1')?.[1]?.filter((_, unit) => !dead.includes(unit));
    expect(living(found)).toEqual(living(wanted));
    expect(found.get('layers.0')).toEqual(wanted.get('layers.0'));
    const merged = (await byActivations(context)) as Model;
    expect(largest(await outputs(merged, task.train, features), answers)).toBeLessThan(1e-3);
  });
});

async function digits(labels: number[], train: number): Promise<TaskImages> {
  const file = await readImageFile(await readNpz(await readFixture('public/demo/images/mnist.npz')));
  if (!file) throw new Error('no images');
  const chosen = { file: file.file, labels, train, augmented: 0, validation: 0 };
  return taskImages(file, 'digits', taskRows(file, 'digits', chosen, labels.length, 0));
}
