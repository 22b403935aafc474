import { describe, expect, it } from 'vitest';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import { foldPlan } from '../architectures/fold-plan.ts';
import type { Architecture, Weights } from '../architectures/model.ts';
import type { Random } from '../random.ts';
import { permutation, seededRandom } from '../random.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { permutationForm } from './permutation-form.ts';
import type { Rows } from './testing.ts';
import { at, denseShapes, make, naiveFold, relative, rowsOf, scaled, shapesOf, sum, weightFrom } from './testing.ts';

const architectures: [string, Architecture][] = [
  ['vit', smallVit],
  ['mlp', smallMlp],
];

type Orders = Map<string, number[][]>;

const unchanged = (width: number): number[] => Array.from({ length: width }, (_, unit) => unit);

const identities = (plan: FoldPlan): Orders =>
  new Map(plan.matrices.map(({ name, widths }) => [name, widths.map(unchanged)]));

/** Every source permuted by orders of its own at every matrix. */
const randomOrders = (plan: FoldPlan, random: Random): Orders =>
  new Map(plan.matrices.map(({ name, widths }) => [name, widths.map((width) => [...permutation(width, random)])]));

/** Entry k, l of the result is entry rows[k], columns[l]. */
const picked = (a: Rows, rows: readonly number[], columns: readonly number[]): Rows =>
  make(rows.length, columns.length, (k, l) => at(a, rows[k] ?? -1, columns[l] ?? -1));

/** Every folded parameter and head of source i, with its units in the merged order. Without any matrix. */
function reordered(plan: FoldPlan, weights: Weights, orders: Orders, source: number): Map<string, Rows> {
  const order = (name: string | null, width: number) => orders.get(name ?? '')?.[source] ?? unchanged(width);
  const all = new Map<string, Rows>();
  const set = (name: string, rows: string | null, columns: string | null, as = name) => {
    const own = rowsOf(weights.get(name));
    all.set(as, picked(own, order(rows, own.length), order(columns, own[0]?.length ?? 0)));
  };
  for (const entry of plan.folded) {
    if (entry.kind === 'rows') set(entry.name, null, entry.merge);
    else {
      set(entry.weight, entry.merge, entry.unmerge);
      set(entry.bias, null, entry.merge);
    }
  }
  set(plan.head.weight, null, plan.head.unmerge, `head ${source + 1}`);
  return all;
}

describe.each(architectures)('permutations, %s', (_, architecture) => {
  const models = (count: number, random: Random) =>
    Array.from({ length: count }, () => randomModel(architecture, random).weights);
  const planOf = (count: number) => foldPlan(Array<Architecture>(count).fill(architecture), architecture);

  it('of source 2 fold to ½ W₁ + ½ P W₂ P′ᵀ, and the heads to V₁ and V₂ U₂ᵀ', () => {
    const random = seededRandom(31);
    const plan = planOf(2);
    const orders: Orders = new Map(
      [...randomOrders(plan, random)].map(([name, [, second = []]]) => [name, [unchanged(second.length), second]]),
    );
    check(plan, models(2, random), orders);
  });

  it('of three sources fold to the mean of all in the merged order', () => {
    const random = seededRandom(32);
    check(planOf(3), models(3, random), randomOrders(planOf(3), random));
  });

  it('that are not given are identities: the plain average', () => {
    const plan = planOf(2);
    const form = permutationForm(plan, new Map());
    expect(form).toEqual(permutationForm(plan, identities(plan)));
    const sources = models(2, seededRandom(33));
    const folded = naiveFold(plan, sources, form);
    for (const entry of plan.folded) {
      const name = entry.kind === 'rows' ? entry.name : entry.weight;
      const mean = scaled(sum(sources.map((weights) => rowsOf(weights.get(name)))), 0.5);
      expect(relative(folded.get(name) ?? [], mean), name).toBeLessThan(1e-6);
    }
  });

  it('merge a source with its own permuted copy into exactly the source', () => {
    const random = seededRandom(34);
    const plan = planOf(2);
    const { weights } = randomModel(architecture, random);
    const second = orderOfSpaces(plan, random);
    // The copy keeps merged unit k as its unit p[k]: the source, read in the inverse order.
    const inverse: Orders = new Map([...second].map(([name, order]) => [name, [inverted(order)]]));
    const permuted = reordered(plan, weights, inverse, 0);
    const copy: Weights = new Map(
      [...permuted].map(([name, rows]) => [name === 'head 1' ? plan.head.weight : name, weightFrom(rows)]),
    );
    const orders: Orders = new Map([...second].map(([name, order]) => [name, [unchanged(order.length), order]]));
    const folded = naiveFold(plan, [weights, copy], permutationForm(plan, orders));
    for (const name of permuted.keys()) {
      const own = rowsOf(weights.get(name === 'head 1' ? plan.head.weight : name));
      expect(folded.get(name), name).toEqual(own);
      expect(rowsOf(copy.get(name === 'head 1' ? plan.head.weight : name)), name).not.toEqual(own);
    }
    expect(folded.get('head 2')).toEqual(rowsOf(weights.get(plan.head.weight)));
  });

  it('have to be permutations, of matrices of the plan, one for each source', () => {
    const plan = planOf(2);
    const { name, merged } = plan.matrices[0] as MatrixSpec;
    const good = unchanged(merged);
    const bad = [good.with(0, 1), good.slice(1), [...good, merged], good.with(0, 0.5)];
    for (const order of bad) expect(() => permutationForm(plan, new Map([[name, [good, order]]]))).toThrow(RangeError);
    expect(() => permutationForm(plan, new Map([[name, [good]]]))).toThrow(RangeError);
    expect(() => permutationForm(plan, new Map([['nowhere.M', [good, good]]]))).toThrow(RangeError);
  });
});

it('unequal widths have no permutations', () => {
  const plan = foldPlan([smallMlp, { ...smallMlp, widths: [7, 6] }], smallMlp);
  expect(() => permutationForm(plan, new Map())).toThrow(RangeError);
});

function check(plan: FoldPlan, sources: readonly Weights[], orders: Orders): void {
  const form = permutationForm(plan, orders);
  expect(shapesOf(form)).toEqual(denseShapes(plan));
  const folded = naiveFold(plan, sources, form);
  const parts = sources.map((weights, source) => reordered(plan, weights, orders, source));
  for (const [name, rows] of folded) {
    const own = parts.flatMap((part) => part.get(name) ?? []);
    // A head belongs to one source; everything else is a mean over all.
    const wanted = name.startsWith('head')
      ? own
      : scaled(sum(parts.map((part) => part.get(name) ?? [])), 1 / sources.length);
    expect(relative(rows, wanted), name).toBeLessThan(1e-5);
  }
}

const inverted = (order: readonly number[]): number[] => {
  const inverse = [...order];
  for (const [unit, from] of order.entries()) inverse[from] = unit;
  return inverse;
};

/** One order for each space of features, the same at all matrices that face it: what permutes the units of a real network. */
function orderOfSpaces(plan: FoldPlan, random: Random): Map<string, number[]> {
  const spaces = new Map<string, number[]>();
  return new Map(
    plan.matrices.map(({ name, merged }) => {
      const space = spaceOf(name);
      const order = spaces.get(space) ?? [...permutation(merged, random)];
      spaces.set(space, order);
      return [name, order];
    }),
  );
}

function spaceOf(name: string): string {
  const inside = /^(.*)\.(M_[qk]|M_v|U_o|M_1|U_1|[MU])$/.exec(name);
  if (!inside) return 'residual stream';
  const [, place, matrix = ''] = inside;
  if (matrix === 'M_q' || matrix === 'M_k') return `${place} scores`;
  return `${place} ${matrix === 'M_v' || matrix === 'U_o' ? 'values' : 'units'}`;
}
