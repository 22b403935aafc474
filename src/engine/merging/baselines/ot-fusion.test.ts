import { linearSumAssignment } from 'linear-sum-assignment';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../../architectures/model.ts';
import { seededRandom } from '../../random.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { permutationForm } from '../../theory/permutation-form.ts';
import { blockOf, make, naiveFold, relative, rowsOf, scaled, sum, times, transpose } from '../../theory/testing.ts';
import { contextOf, randomModels } from '../fs-merge/testing.ts';
import { spaceFeatures } from './features.ts';
import { otFusion, otFusionMerge, sinkhorn, transportMap } from './ot-fusion.ts';
import { foldClosed } from './plain-method.ts';
import { gapToSource, inverted, permuted, planOf, randomOrders, runPlain } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

const images = { train: 80, validation: 0 };
const usual = { regularisation: 0.05 };
const architectures: [string, Architecture][] = [
  ['MLP', smallMlp],
  ['ViT', smallVit],
];

const tasksOf = (models: readonly Model[]) => contextOf(models, { images }).tasks;

const randomCost = (size: number, seed: number): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: size * size }, () => 2 * random.uniform());
};

const marginals = (plan: Float64Array, size: number) => {
  const units = Array.from({ length: size }, (_, unit) => unit);
  const total = (index: (unit: number) => number) => units.reduce((all, unit) => all + (plan[index(unit)] ?? 0), 0);
  return {
    rows: units.map((k) => total((u) => k * size + u)),
    columns: units.map((u) => total((k) => k * size + u)),
  };
};

function expectMarginals(plan: Float64Array, size: number, wanted: number): void {
  const { rows, columns } = marginals(plan, size);
  for (const value of [...rows, ...columns]) expect(Math.abs(value / wanted - 1)).toBeLessThan(1e-6);
  expect(plan.every((mass) => mass >= 0)).toBe(true);
}

describe('Sinkhorn', () => {
  it.each([1, 0.05, 0.001])('has uniform marginals at regularisation %d', (regularisation) => {
    for (const size of [1, 2, 7, 40])
      expectMarginals(sinkhorn(randomCost(size, size), size, regularisation), size, 1 / size);
  });

  it('agrees with 2 × 2 by hand', () => {
    // Marginals ½ leave [p, ½ − p; ½ − p, p], and the plan's form leaves (p / (½ − p))² = exp((b + c − a − d) / ε).
    const [a, b, c, d] = [0.3, 1.1, 0.7, 0.5] as const;
    const entropy = 0.5 * ((a + b + c + d) / 4);
    const ratio = Math.exp((b + c - a - d) / (2 * entropy));
    const p = ratio / (2 * (1 + ratio));
    const plan = sinkhorn(Float64Array.from([a, b, c, d]), 2, 0.5);
    for (const [index, value] of [p, 0.5 - p, 0.5 - p, p].entries()) expect(plan[index]).toBeCloseTo(value, 6);
  });

  it('keeps the form exp((f + g − cost) / ε): what is left of log plan + cost / ε is a sum of rows and columns', () => {
    const [size, cost] = [5, randomCost(5, 3)];
    const entropy = 0.2 * (cost.reduce((all, value) => all + value, 0) / 25);
    const plan = sinkhorn(cost, size, 0.2);
    const left = plan.map((mass, index) => Math.log(mass) + (cost[index] ?? 0) / entropy);
    const entry = (k: number, u: number) => left[k * size + u] ?? 0;
    for (let k = 1; k < size; k++) {
      for (let u = 1; u < size; u++) expect(entry(k, u) - entry(k, 0) - entry(0, u) + entry(0, 0)).toBeCloseTo(0, 3);
    }
  });

  it('comes to the optimal assignment as the regularisation goes down', () => {
    for (let seed = 0; seed < 5; seed++) {
      const cost = randomCost(8, seed);
      const table = Array.from({ length: 8 }, (_, row) => [...cost.subarray(8 * row, 8 * row + 8)]);
      const { rowAssignments } = linearSumAssignment(table, { maximaze: false });
      const plan = sinkhorn(cost, 8, 5e-4);
      for (const [row, column] of rowAssignments.entries()) expect(plan[8 * row + column]).toBeCloseTo(1 / 8, 3);
    }
  });

  it('spreads evenly where all costs are equal, and takes costs far apart', () => {
    for (const cost of [0, 2]) {
      for (const mass of sinkhorn(new Float64Array(9).fill(cost), 3, 0.05)) expect(mass).toBeCloseTo(1 / 9, 9);
    }
    const far = new Float64Array(100).map((_, index) => (index < 10 ? 1e6 : index % 7));
    expectMarginals(sinkhorn(far, 10, 1e-3), 10, 0.1);
  });
});

describe('a transport map', () => {
  it('pairs units that are the same exactly and transports the rest among themselves', () => {
    // Row 0 is column 2. The others: costs 1 and 1.2 crosswise.
    const cost = Float64Array.from([1.5, 1.5, 0, 1, 1.2, 1.5, 1.2, 1, 1.5]);
    const map = transportMap(cost, 3, 0.1);
    expect([map[0], map[1], map[2], map[5], map[8]]).toEqual([0, 0, 1, 0, 0]);
    const rest = sinkhorn(Float64Array.from([1, 1.2, 1.2, 1]), 2, 0.1);
    for (const [index, at] of [3, 4, 6, 7].entries()) expect(map[at]).toBeCloseTo(2 * (rest[index] ?? 0), 9);
    expectMarginals(map, 3, 1);
  });

  it('of units that are alike but not the same is the plan alone', () => {
    const cost = randomCost(6, 4).map((value) => value + 0.01);
    const plan = sinkhorn(cost, 6, 0.05);
    for (const [index, value] of transportMap(cost, 6, 0.05).entries()) {
      expect(value).toBeCloseTo(6 * (plan[index] ?? 0), 9);
    }
  });

  it('of units with no cost at all is the identity', () => {
    expect([...transportMap(new Float64Array(4), 2, 0.05)]).toEqual([1, 0, 0, 1]);
  });
});

describe.each(architectures)('OT fusion, %s', (_, architecture) => {
  const [model, second, third] = randomModels([architecture, architecture, architecture]) as [Model, Model, Model];

  it('of copies of a source is the source', async () => {
    for (const models of [
      [model, model],
      [model, model, model],
    ]) {
      const merged = await foldClosed(models, await otFusionMerge(models, tasksOf(models), planOf(models), usual));
      expect(gapToSource(merged, model)).toBeLessThan(1e-5);
    }
  });

  it.each([0.05, 1e-3])(
    'of a permuted copy is the source: the form of the permutations, regularisation %d',
    async (e) => {
      const plan = planOf([model, model]);
      const orders = randomOrders(plan, seededRandom(8));
      const models = [model, permuted(model, plan, orders)];
      expect(gapToSource(models[1] ?? null, model)).toBeGreaterThan(0.1);
      const merge = await otFusionMerge(models, tasksOf(models), plan, { regularisation: e });
      expect(gapToSource(await foldClosed(models, merge), model)).toBeLessThan(1e-5);
      const back = plan.matrices.map(({ name, space, merged }) => {
        const own = Array.from({ length: merged }, (_, unit) => unit);
        return [name, [own, inverted(orders.get(space) ?? own)]] as const;
      });
      expect(merge.form).toEqual(permutationForm(plan, new Map(back)));
    },
  );

  it('of three sources: T doubly stochastic, M = Tᵀ / 3, U = T, one for each space', async () => {
    const models = [model, second, third];
    const plan = planOf(models);
    const { form } = await otFusionMerge(models, tasksOf(models), plan, usual);
    for (const { name, role, space, merged } of plan.matrices) {
      const of = plan.matrices.find((spec) => spec.space === space && spec.role === 'M')?.name ?? '';
      for (const source of [0, 1, 2]) {
        const map = scaled(transpose(blockOf(plan, form, of, source)), 3);
        expectMarginals32(map, merged);
        const block = blockOf(plan, form, name, source);
        expect(relative(block, role === 'M' ? scaled(transpose(map), 1 / 3) : map), name).toBeLessThan(1e-6);
        if (source === 0) expect(relative(map, identity(merged))).toBeLessThan(1e-6);
        else expect(relative(map, identity(merged))).toBeGreaterThan(0.1);
      }
    }
  });

  it('as a method gives the fold of its form, finite, and the same each time', async () => {
    const models = [model, second];
    const context = contextOf(models, { images });
    const run = () => runPlain(otFusion.merge(context, { name: 'ot-fusion', ...usual }));
    const { model: merged } = await run();
    expect(merged).toEqual((await run()).model);
    const plan = planOf(models);
    const { form, norms } = await otFusionMerge(models, context.tasks, plan, usual);
    const weights = models.map((source) => source.weights);
    const folded = naiveFold(plan, weights, form);
    for (const [name, weight] of merged?.weights ?? []) {
      expect(weight.values.every(Number.isFinite), name).toBe(true);
      if (norms.has(name)) expect(weight.values).toEqual(norms.get(name)?.values);
      else if (!name.startsWith('head.')) {
        expect(relative([[...weight.values]], [(folded.get(name) ?? []).flat()]), name).toBeLessThan(1e-5);
      }
    }
    const heads = ['head 1', 'head 2'].flatMap((head) => folded.get(head) ?? []);
    expect(relative(rowsOf(merged?.weights.get('head.weight')), heads)).toBeLessThan(1e-5);
  });
});

it('moves units inside matched heads only', async () => {
  const models = randomModels([smallVit, smallVit]);
  const plan = planOf(models);
  const { form } = await otFusionMerge(models, tasksOf(models), plan, usual);
  const spaces = await spaceFeatures(models, tasksOf(models), plan);
  for (const { name, space } of plan.matrices.filter(({ role, heads }) => role === 'M' && heads !== null)) {
    const rows = rowsOf(form.get(name));
    const sets = spaces.get(space)?.sets ?? [];
    expect(sets).toHaveLength(2);
    for (const set of sets) {
      for (const unit of set) {
        const reached = [...(rows[unit]?.entries() ?? [])].flatMap(([merged, share]) => (share === 0 ? [] : [merged]));
        expect(set.slice(0, 4)).toEqual(expect.arrayContaining(reached));
      }
    }
  }
});

it('LayerNorms of the merge are (Σ Tᵢ γᵢ) / n', async () => {
  const models = randomModels([smallVit, smallVit]);
  const plan = planOf(models);
  const { form, norms } = await otFusionMerge(models, tasksOf(models), plan, usual);
  for (const name of ['blocks.0.norm1.weight', 'blocks.1.norm2.bias', 'norm.weight']) {
    const parts = models.map(({ weights }, source) =>
      times(blockOf(plan, form, plan.head.unmerge, source), transpose(rowsOf(weights.get(name)))),
    );
    const expected = transpose(scaled(sum(parts), 1 / 2));
    expect(relative(rowsOf(norms.get(name)), expected), name).toBeLessThan(1e-5);
  }
});

it('dead ReLU units break nothing: copies still give the source', async () => {
  const [model, other] = randomModels([smallMlp, smallMlp]) as [Model, Model];
  const bias = model.weights.get('layers.0.bias');
  if (!bias) throw new Error('no bias');
  const values = bias.values.map((value, unit) => ([1, 2, 5].includes(unit) ? -100 : value));
  const dead = { ...model, weights: new Map([...model.weights, ['layers.0.bias', { ...bias, values }] as const]) };
  const models = [dead, dead];
  const merge = await otFusionMerge(models, tasksOf(models), planOf(models), usual);
  expect(gapToSource(await foldClosed(models, merge), dead)).toBeLessThan(1e-5);
  const unequal = [other, dead];
  const merged = await foldClosed(unequal, await otFusionMerge(unequal, tasksOf(unequal), planOf(unequal), usual));
  for (const weight of merged.weights.values()) expect(weight.values.every(Number.isFinite)).toBe(true);
});

const identity = (size: number): number[][] => make(size, size, (row, column) => +(row === column));

/** Rows and columns of T sum to 1, up to the rounding of 32-bit floats. */
function expectMarginals32(map: number[][], size: number): void {
  const { rows, columns } = marginals(Float64Array.from(map.flat()), size);
  for (const value of [...rows, ...columns]) expect(value).toBeCloseTo(1, 5);
}
