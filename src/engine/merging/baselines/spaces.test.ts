import { describe, expect, it } from 'vitest';
import { foldPlan } from '../../architectures/fold-plan.ts';
import { seededRandom } from '../../random.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { randomModels } from '../fs-merge/testing.ts';
import {
  assign,
  assignHeads,
  bestOrders,
  matchingsOf,
  permutationsByMatrix,
  permutationsOf,
  permutedNorms,
} from './spaces.ts';

const random = seededRandom(5);
const randomSquare = (width: number) => Float64Array.from({ length: width ** 2 }, () => random.normal());

/** All orders of some items. */
const allOrders = (items: number[]): number[][] =>
  items.length < 2
    ? [items]
    : items.flatMap((item) => allOrders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));

const upTo = (count: number) => [...Array(count).keys()];

const gain = (similarity: Float64Array, order: readonly number[]) =>
  order.reduce((sum, from, unit) => sum + (similarity[unit * order.length + from] ?? Number.NaN), 0);

/** Every order that keeps heads whole, by trying all orders of heads and of the units in each. */
function allHeadOrders(heads: number, size: number): { heads: number[]; order: number[] }[] {
  const inside = allOrders(upTo(size));
  const choices = (count: number): number[][][] =>
    count === 0 ? [[]] : choices(count - 1).flatMap((chosen) => inside.map((units) => [...chosen, units]));
  return allOrders(upTo(heads)).flatMap((order) =>
    choices(heads).map((units) => ({
      heads: order,
      order: order.flatMap((from, head) => (units[head] ?? []).map((unit) => from * size + unit)),
    })),
  );
}

describe('assignments', () => {
  it('gain as much as the best of all orders: row k is given column p[k]', () => {
    expect(assign(Float64Array.from([0, 5, 0, 0, 0, 7, 1, 0, 0]))).toEqual([1, 2, 0]);
    for (const width of [1, 2, 5, 6]) {
      const similarity = randomSquare(width);
      const best = Math.max(...allOrders(upTo(width)).map((order) => gain(similarity, order)));
      expect(gain(similarity, assign(similarity))).toBeCloseTo(best, 10);
    }
  });

  it('leave the similarity as it is, and answer a permutation where all entries are equal', () => {
    const similarity = randomSquare(4);
    const before = similarity.slice();
    assign(similarity);
    expect(similarity).toEqual(before);
    for (const value of [0, 1, -2]) {
      expect(assign(new Float64Array(49).fill(value)).toSorted((a, b) => a - b)).toEqual(upTo(7));
    }
  });

  it('refuse what is no number', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => assign(Float64Array.from([1, 2, bad, 3]))).toThrow(RangeError);
    }
  });

  it('of heads are the best that whole heads allow, in both spaces together', () => {
    const [heads, size] = [3, 2];
    for (let round = 0; round < 5; round++) {
      const [queryKey, value] = [randomSquare(heads * size), randomSquare(heads * size)];
      const all = allHeadOrders(heads, size);
      const best = Math.max(
        ...allOrders(upTo(heads)).map((order) => {
          const same = all.filter((one) => one.heads.join() === order.join());
          return [queryKey, value].reduce((sum, own) => sum + Math.max(...same.map((one) => gain(own, one.order))), 0);
        }),
      );
      const found = assignHeads(queryKey, value, heads);
      expect(gain(queryKey, found.queryKey) + gain(value, found.value)).toBeCloseTo(best, 10);
      const headsOf = (order: number[]) => order.map((unit) => Math.floor(unit / size)).join();
      expect(headsOf(found.queryKey)).toBe(headsOf(found.value));
      expect(all.map((one) => one.order.join())).toContain(found.value.join());
    }
  });

  it('that gain no more than the present order leave it', () => {
    const present = new Map([['a', [2, 0, 1]]]);
    const matching = { kind: 'units', space: 'a', width: 3 } as const;
    expect(bestOrders(matching, () => new Float64Array(9).fill(0.3), present)).toEqual(present);
    const better = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(bestOrders(matching, () => better, present)).toEqual(new Map([['a', [0, 1, 2]]]));
  });
});

describe('spaces of a plan', () => {
  const planOf = (architecture: typeof smallVit | typeof smallMlp) =>
    foldPlan([architecture, architecture], architecture);

  it('of a ViT: the stream, and for each block its heads and its hidden units', () => {
    expect(matchingsOf(planOf(smallVit))).toEqual([
      { kind: 'units', space: 'stream', width: 8 },
      { kind: 'heads', queryKey: 'blocks.0.query-key', value: 'blocks.0.value', width: 8, heads: 2 },
      { kind: 'units', space: 'blocks.0.hidden', width: 12 },
      { kind: 'heads', queryKey: 'blocks.1.query-key', value: 'blocks.1.value', width: 8, heads: 2 },
      { kind: 'units', space: 'blocks.1.hidden', width: 12 },
    ]);
  });

  it('of an MLP: its hidden layers', () => {
    expect(matchingsOf(planOf(smallMlp))).toEqual([
      { kind: 'units', space: 'layers.0', width: 8 },
      { kind: 'units', space: 'layers.1', width: 6 },
    ]);
  });

  it('give every matrix the orders of its space, and the LayerNorms those of the stream', () => {
    const plan = planOf(smallVit);
    const order = [3, 1, 0, 2, 7, 6, 5, 4];
    const permutations = permutationsOf(plan, [new Map([['stream', order]])]);
    const byMatrix = permutationsByMatrix(plan, permutations);
    expect([...byMatrix.keys()]).toEqual(plan.matrices.map(({ name }) => name));
    for (const name of ['embedding.M_embed', 'blocks.1.attention.M_o', 'blocks.0.mlp.U_0', 'output.U_out']) {
      expect(byMatrix.get(name)).toEqual([upTo(8), order]);
    }
    expect(byMatrix.get('blocks.0.mlp.M_1')).toEqual([upTo(12), upTo(12)]);

    const models = randomModels([smallVit, smallVit]);
    const norms = permutedNorms(plan, models, permutations);
    expect(norms.size).toBe(10);
    const [first = [], second = []] = models.map((model) => [
      ...(model.weights.get('blocks.1.norm2.bias')?.values ?? []),
    ]);
    for (const [unit, value] of (norms.get('blocks.1.norm2.bias')?.values ?? []).entries()) {
      expect(value).toBeCloseTo(((first[unit] ?? 0) + (second[order[unit] ?? 0] ?? 0)) / 2, 6);
    }
  });
});
