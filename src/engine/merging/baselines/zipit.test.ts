import { beforeAll, describe, expect, it } from 'vitest';
import type { MatrixSpec } from '../../architectures/fold-plan.ts';
import type { Architecture, Model } from '../../architectures/model.ts';
import { seededRandom } from '../../random.ts';
import { smallMlp, smallVit } from '../../testing/models.ts';
import { useNodeBackend } from '../../testing/node.ts';
import { make, naiveFold, relative, rowsOf, times, transpose } from '../../theory/testing.ts';
import { contextOf, randomModels } from '../fs-merge/testing.ts';
import { spaceFeatures } from './features.ts';
import { foldClosed } from './plain-method.ts';
import { gapToSource, permuted, planOf, randomOrders, runPlain } from './testing.ts';
import { zipIt, zipItMerge, zipUnits } from './zipit.ts';

beforeAll(() => useNodeBackend('cpu'));

const images = { train: 80, validation: 0 };
const architectures: [string, Architecture][] = [
  ['MLP', smallMlp],
  ['ViT', smallVit],
];

const tasksOf = (models: readonly Model[]) => contextOf(models, { images }).tasks;

function randomCorrelation(size: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const correlation = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < a; b++) correlation[a * size + b] = correlation[b * size + a] = 2 * random.uniform() - 1;
    correlation[a * size + a] = 1;
  }
  return correlation;
}

/** The same greedy with nothing remembered: every pair of groups from its members' pairs, at every step. */
function slowZip(correlation: Float64Array, size: number, count: number): number[][] {
  const groups = Array.from({ length: size }, (_, unit) => [unit]);
  const mean = (a: number[], b: number[]) =>
    a.reduce((all, one) => all + b.reduce((own, two) => own + (correlation[one * size + two] ?? 0), 0), 0) /
    (a.length * b.length);
  while (groups.length > count) {
    let [first, second, most] = [0, 0, Number.NEGATIVE_INFINITY];
    for (const [i, a] of groups.entries()) {
      for (const [j, b] of groups.entries()) if (j > i && mean(a, b) > most) [first, second, most] = [i, j, mean(a, b)];
    }
    groups[first]?.push(...(groups.splice(second, 1)[0] ?? []));
  }
  return groups.map((group) => group.sort((a, b) => a - b));
}

describe('zipping units', () => {
  it('merges duplicates within a source before weaker pairs across sources', () => {
    // Sources {0, 1, 2} and {3, 4, 5}: 0 and 1 are duplicates, 3 and 5 nearly, 2 is like 4.
    const correlation = new Float64Array(36);
    const alike = (a: number, b: number, value: number) => {
      correlation[a * 6 + b] = correlation[b * 6 + a] = value;
    };
    alike(0, 1, 1);
    alike(3, 5, 0.9);
    alike(2, 4, 0.7);
    alike(0, 3, 0.6);
    alike(1, 3, 0.2);
    expect(zipUnits(correlation, 6, 5)).toEqual([[0, 1], [2], [3], [4], [5]]);
    expect(zipUnits(correlation, 6, 3)).toEqual([
      [0, 1],
      [2, 4],
      [3, 5],
    ]);
  });

  it('takes the mean over the members for a merged group', () => {
    // 0 and 1 merge first; then 2 is 0.45 from them by the mean (0.9 and 0), less than 0.5 from 3.
    const correlation = Float64Array.from([1, 0.95, 0.9, 0, 0.95, 1, 0, 0, 0.9, 0, 1, 0.5, 0, 0, 0.5, 1]);
    expect(zipUnits(correlation, 4, 2)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it('is the plain greedy, done faster', () => {
    for (let seed = 0; seed < 20; seed++) {
      const correlation = randomCorrelation(24, seed);
      for (const count of [1, 8, 12, 23]) {
        expect(zipUnits(correlation, 24, count)).toEqual(slowZip(correlation, 24, count));
      }
    }
  });

  it('zips 768 units in well under a second', () => {
    const correlation = randomCorrelation(768, 1);
    const start = performance.now();
    expect(zipUnits(correlation, 768, 384)).toHaveLength(384);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe.each(architectures)('ZipIt!, %s', (_, architecture) => {
  const [model, second, third] = randomModels([architecture, architecture, architecture]) as [Model, Model, Model];

  it('of two copies of a source is the source, in its own order', async () => {
    const models = [model, model];
    const merged = await foldClosed(models, await zipItMerge(models, tasksOf(models), planOf(models)));
    expect(gapToSource(merged, model)).toBeLessThan(1e-5);
  });

  it('of a source and a permuted copy is the source', async () => {
    const plan = planOf([model, model]);
    const copy = permuted(model, plan, randomOrders(plan, seededRandom(8)));
    expect(gapToSource(copy, model)).toBeGreaterThan(0.1);
    const models = [model, copy];
    const merged = await foldClosed(models, await zipItMerge(models, tasksOf(models), plan));
    expect(gapToSource(merged, model)).toBeLessThan(1e-5);
  });

  it('of three sources: one grouping for each space, M averages groups, U gives them back, U M = I', async () => {
    const models = [model, second, third];
    const plan = planOf(models);
    const { form } = await zipItMerge(models, tasksOf(models), plan);
    for (const spec of plan.matrices) {
      const rows = rowsOf(form.get(spec.name));
      expectGroups(spec.role === 'M' ? rows : transpose(rows), spec);
      const back = plan.matrices.find(({ space, role }) => space === spec.space && role === 'U');
      if (back && spec.role === 'M') {
        expect(relative(times(rowsOf(form.get(back.name)), rows), identity(spec.merged)), spec.name).toBeLessThan(1e-6);
      }
    }
  });

  it('keeps heads apart, and puts groups at the places of source 1', async () => {
    const models = [model, second];
    const plan = planOf(models);
    const { form } = await zipItMerge(models, tasksOf(models), plan);
    const spaces = await spaceFeatures(models, tasksOf(models), plan);
    for (const { name, role, space } of plan.matrices) {
      const sets = role === 'M' ? (spaces.get(space)?.sets ?? []) : [];
      for (const set of sets) expectPlaces(rowsOf(form.get(name)), set);
    }
  });

  it('as a method gives the fold of its form, finite, and the same each time', async () => {
    const models = [model, second];
    const context = contextOf(models, { images });
    const { model: merged } = await runPlain(zipIt.merge(context, { name: 'zipit' }));
    const { model: again } = await runPlain(zipIt.merge(context, { name: 'zipit' }));
    expect(merged).toEqual(again);
    const plan = planOf(models);
    const { form, norms } = await zipItMerge(models, context.tasks, plan);
    const folded = naiveFold(
      plan,
      models.map(({ weights }) => weights),
      form,
    );
    for (const [name, weight] of merged?.weights ?? []) {
      expect(weight.values.every(Number.isFinite), name).toBe(true);
      if (norms.has(name)) expect(weight.values).toEqual(norms.get(name)?.values);
      else if (!name.startsWith('head.')) {
        const expected = (folded.get(name) ?? []).flat();
        expect(relative([[...weight.values]], [expected]), name).toBeLessThan(1e-5);
      }
    }
    const heads = ['head 1', 'head 2'].flatMap((head) => folded.get(head) ?? []);
    expect(relative(rowsOf(merged?.weights.get('head.weight')), heads)).toBeLessThan(1e-5);
  });
});

it('LayerNorms of the merge are means over the groups of the stream', async () => {
  const models = randomModels([smallVit, smallVit]);
  const { form, norms } = await zipItMerge(models, tasksOf(models), planOf(models));
  for (const name of ['blocks.0.norm1.weight', 'blocks.1.norm2.bias', 'norm.weight']) {
    const own = models.flatMap(({ weights }) => [...(weights.get(name)?.values ?? [])]);
    const expected = times([own], rowsOf(form.get('embedding.M_embed')));
    expect(relative(rowsOf(norms.get(name)), expected), name).toBeLessThan(1e-6);
  }
  expect(norms.size).toBe(10);
});

it('a dead ReLU unit breaks nothing: copies still give the source', async () => {
  const [model] = randomModels([smallMlp]) as [Model];
  const dead = killed(model, [2, 5]);
  const models = [dead, dead];
  const form = await zipItMerge(models, tasksOf(models), planOf(models));
  expect(gapToSource(await foldClosed(models, form), dead)).toBeLessThan(1e-5);
  // Beside a source with other dead units, too.
  const [, other] = randomModels([smallMlp, smallMlp]) as [Model, Model];
  const unequal = [dead, killed(other, [0])];
  const merged = await foldClosed(unequal, await zipItMerge(unequal, tasksOf(unequal), planOf(unequal)));
  for (const { values } of merged.weights.values()) expect(values.every(Number.isFinite)).toBe(true);
});

it('a source without anything in a layer leaves the other as it is', async () => {
  // All units of source 2's first layer are dead, as those of a block that pads a shallower source.
  const [model, other] = randomModels([smallMlp, smallMlp]) as [Model, Model];
  const models = [model, killed(other, [0, 1, 2, 3, 4, 5, 6, 7])];
  const plan = planOf(models);
  const { form } = await zipItMerge(models, tasksOf(models), plan);
  const rows = rowsOf(form.get('layers.0.M')).slice(0, 8);
  const alone = rows.filter((row) => row.includes(1)).length;
  expect(alone).toBeGreaterThanOrEqual(6);
});

/** Units of the first layer that never fire. */
function killed({ architecture, weights }: Model, units: number[]): Model {
  const bias = weights.get('layers.0.bias');
  if (!bias) throw new Error('no bias');
  const values = bias.values.map((value, unit) => (units.includes(unit) ? -100 : value));
  return { architecture, weights: new Map([...weights, ['layers.0.bias', { ...bias, values }]]) };
}

/** M, or U transposed: each unit is a member of one group; M's columns sum to 1, members of U have 1. */
function expectGroups(members: number[][], { name, role, merged }: MatrixSpec): void {
  expect(members, name).toHaveLength(3 * merged);
  for (const row of members) expect(row.filter((value) => value !== 0)).toHaveLength(1);
  for (let group = 0; group < merged; group++) {
    const shares = members.map((row) => row[group] ?? 0).filter((value) => value !== 0);
    for (const share of shares) expect(share).toBeCloseTo(role === 'M' ? 1 / shares.length : 1, 6);
  }
}

/** Groups lie at the places of source 1's units by their lowest members; nothing of the set goes elsewhere. */
function expectPlaces(rows: number[][], set: readonly number[]): void {
  const places = set.slice(0, set.length / 2);
  const lowest = places.map((group) => set.find((unit) => rows[unit]?.[group] !== 0) ?? -1);
  expect(lowest).toEqual([...lowest].sort((a, b) => a - b));
  for (const unit of set)
    expect(rows[unit]?.filter((share, group) => share !== 0 && !places.includes(group))).toEqual([]);
}

const identity = (size: number): number[][] => make(size, size, (row, column) => +(row === column));
