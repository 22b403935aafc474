import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../random.ts';
import { smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { contextOf, randomModels } from '../fs-merge/testing.ts';
import { correlationOf, matchHeads, spaceFeatures } from './features.ts';
import { inverted, permuted, planOf, randomOrders } from './testing.ts';

beforeAll(() => useNodeBackend('cpu'));

/** Moments of features given as rows of samples. */
function momentsOf(samples: readonly (readonly number[])[]) {
  const width = samples[0]?.length ?? 0;
  const units = Array.from({ length: width }, (_, unit) => unit);
  const mean = (value: (row: readonly number[]) => number) =>
    samples.reduce((sum, row) => sum + value(row), 0) / samples.length;
  return {
    rows: samples.length,
    mean: { shape: [width], values: Float32Array.from(units, (a) => mean((row) => row[a] ?? 0)) },
    second: {
      shape: [width, width],
      values: Float32Array.from(units.flatMap((a) => units.map((b) => mean((row) => (row[a] ?? 0) * (row[b] ?? 0))))),
    },
  };
}

describe('correlation', () => {
  it('is that of Pearson: of centred features, whatever their scale', () => {
    // x, 3 − 2x and y with Σ (x − x̄)(y − ȳ) = 4, Σ (x − x̄)² = 5, Σ (y − ȳ)² = 5.
    const samples = [1, 2, 3, 4].map((x, row) => [x, 3 - 2 * x, [1, 3, 2, 4][row] ?? 0, 10 * x + 1]);
    const expected = [1, -1, 0.8, 1, -1, 1, -0.8, -1, 0.8, -0.8, 1, 0.8, 1, -1, 0.8, 1];
    const correlation = correlationOf(momentsOf(samples), 2);
    for (const [index, value] of expected.entries()) expect(correlation[index]).toBeCloseTo(value, 5);
    expect(correlation.every((value) => Math.abs(value) <= 1)).toBe(true);
  });

  it('of a constant unit is 0 with units that vary; constant units are alike', () => {
    // Two sources of two units: units 1 and 2 and 3 constant.
    const samples = [1, 2, 4].map((x) => [x, 0, 0, 0.7]);
    const correlation = correlationOf(momentsOf(samples), 2);
    expect([...correlation.subarray(1, 4)]).toEqual([0, 0, 0]);
    expect([correlation[4 + 2], correlation[4 + 3], correlation[8 + 3]]).toEqual([1, 1, 0.999]);
  });
});

describe('heads', () => {
  it('are matched across permuted copies, units and heads moved', async () => {
    const architecture = { ...smallVit, width: 12, heads: 4 };
    const [model] = randomModels([architecture]);
    if (!model) throw new Error('no model');
    const plan = planOf([model, model, model]);
    const random = seededRandom(5);
    const orders = [randomOrders(plan, random), randomOrders(plan, random)];
    const models = [model, ...orders.map((order) => permuted(model, plan, order))];
    const { tasks } = contextOf(models, { images: { train: 40, validation: 0 } });
    const spaces = await spaceFeatures(models, tasks, plan);
    for (const { queryKey, value } of plan.headSpaces) {
      const own = [queryKey, value].flatMap((space) => spaces.get(space) ?? []);
      const back = orders.map((order) => headsBack(order.get(value) ?? []));
      const matches = [[0, 1, 2, 3], ...back];
      expect(matchHeads(own, 4)).toEqual(matches);
      const sets = [0, 1, 2, 3].map((head) => matches.flatMap((match, source) => unitsOf(source, match[head] ?? -1)));
      for (const space of own) expect(space.sets).toEqual(sets);
    }
  });
});

/** The copy's head for each of the model's, where the copy's unit k is the model's unit order[k] and three units make a head. */
const headsBack = (order: readonly number[]): number[] =>
  [0, 1, 2, 3].map((head) => Math.floor((inverted(order)[3 * head] ?? 0) / 3));

/** Numbers of a head's three units among those of all sources of width 12. */
const unitsOf = (source: number, head: number): number[] => [0, 1, 2].map((unit) => 12 * source + 3 * head + unit);
