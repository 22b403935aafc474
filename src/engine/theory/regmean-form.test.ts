import { describe, expect, it } from 'vitest';
import type { FoldPlan, MatrixSpec } from '../architectures/fold-plan.ts';
import { foldPlan } from '../architectures/fold-plan.ts';
import type { Architecture, Weights } from '../architectures/model.ts';
import type { Random } from '../random.ts';
import { seededRandom } from '../random.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { permutationForm } from './permutation-form.ts';
import { regMeanForm } from './regmean-form.ts';
import type { Rows } from './testing.ts';
import {
  denseShapes,
  inverse,
  make,
  naiveFold,
  randomRows,
  relative,
  rowsOf,
  scaled,
  shapesOf,
  sum,
  times,
  transpose,
  weightFrom,
} from './testing.ts';

const architectures: [string, Architecture][] = [
  ['vit', smallVit],
  ['mlp', smallMlp],
];

const gramOf = (inputs: Rows): Rows => times(transpose(inputs), inputs);

/** Inputs whose features are as large as this source likes, so that the Grams differ in more than noise. */
function randomInputs(samples: number, width: number, random: Random): Rows {
  const scales = Array.from({ length: width }, () => 0.3 + 2 * random.uniform());
  return randomRows(samples, width, random).map((row) => row.map((value, unit) => value * (scales[unit] ?? 1)));
}

const randomGrams = (plan: FoldPlan, random: Random): Map<string, Weight[]> =>
  new Map(
    unmerges(plan).map(({ name, widths, merged }) => [
      name,
      widths.map(() => weightFrom(gramOf(randomInputs(3 * merged, merged, random)))),
    ]),
  );

const unmerges = (plan: FoldPlan): MatrixSpec[] => plan.matrices.filter((spec) => spec.role === 'U');

/** The linear layers that have a U. */
const unmerged = (plan: FoldPlan): { weight: string; unmerge: string }[] =>
  plan.folded.flatMap((entry) =>
    entry.kind === 'linear' && entry.unmerge !== null ? [{ weight: entry.weight, unmerge: entry.unmerge }] : [],
  );

/** The parameters that no U touches: rows, biases, and the weights whose input all sources share. */
const averaged = (plan: FoldPlan): string[] =>
  plan.folded.flatMap((entry) => {
    if (entry.kind === 'rows') return [entry.name];
    return entry.unmerge === null ? [entry.weight, entry.bias] : [entry.bias];
  });

const mean = (sources: readonly Weights[], name: string): Rows =>
  scaled(sum(sources.map((weights) => rowsOf(weights.get(name)))), 1 / sources.length);

/** `(Σ Wᵢ Gᵢ)(ΣG)⁻¹` */
function regMean(weights: readonly Rows[], grams: readonly Rows[]): Rows {
  return times(sum(weights.map((weight, source) => times(weight, grams[source] ?? []))), inverse(sum(grams)));
}

describe.each(architectures)('RegMean, %s', (_, architecture) => {
  const sourcesOf = (count: number, random: Random) =>
    Array.from({ length: count }, () => randomModel(architecture, random).weights);
  const planOf = (count: number) => foldPlan(Array<Architecture>(count).fill(architecture), architecture);

  it.each([2, 3])('of %i sources folds to (Σ Wᵢ Gᵢ)(ΣG)⁻¹, biases and rows to their means', (count) => {
    const random = seededRandom(41);
    const plan = planOf(count);
    const sources = sourcesOf(count, random);
    const grams = randomGrams(plan, random);
    const form = regMeanForm(plan, grams);
    expect(shapesOf(form)).toEqual(denseShapes(plan));
    const folded = naiveFold(plan, sources, form);
    for (const name of averaged(plan)) {
      expect(relative(folded.get(name) ?? [], mean(sources, name)), name).toBeLessThan(1e-4);
    }
    for (const { weight, unmerge } of unmerged(plan)) {
      const own = sources.map((source) => rowsOf(source.get(weight)));
      const wanted = regMean(own, (grams.get(unmerge) ?? []).map(rowsOf));
      expect(relative(folded.get(weight) ?? [], wanted), weight).toBeLessThan(1e-4);
      expect(relative(wanted, mean(sources, weight)), weight).toBeGreaterThan(0.05);
    }
    const ofHead = (grams.get(plan.head.unmerge) ?? []).map(rowsOf);
    for (const [source, weights] of sources.entries()) {
      const own = times(rowsOf(weights.get(plan.head.weight)), ofHead[source] ?? []);
      const wanted = scaled(times(own, inverse(sum(ofHead))), count);
      expect(relative(folded.get(`head ${source + 1}`) ?? [], wanted)).toBeLessThan(1e-4);
    }
  });

  it('with equal Grams, and without any, is the plain average', () => {
    const random = seededRandom(42);
    const plan = planOf(3);
    const average = permutationForm(plan, new Map());
    expect(regMeanForm(plan, new Map())).toEqual(average);
    const equal = new Map(
      [...randomGrams(plan, random)].map(([name, [gram]]) => [name, [gram, gram, gram] as Weight[]]),
    );
    for (const [name, weight] of regMeanForm(plan, equal)) {
      expect(relative(rowsOf(weight), rowsOf(average.get(name))), name).toBeLessThan(1e-4);
    }
  });

  it.each(['never active', 'fewer inputs than units'])('still solves its equations when ΣG is singular: %s', (why) => {
    const random = seededRandom(43);
    const plan = planOf(2);
    const sources = sourcesOf(2, random);
    const inputs = (width: number): Rows => {
      if (why !== 'never active') return randomInputs(2, width, random);
      return randomInputs(3 * width, width, random).map((row) => row.with(2, 0));
    };
    const grams = new Map(
      unmerges(plan).map(({ name, merged }) => [name, [inputs(merged), inputs(merged)].map(gramOf).map(weightFrom)]),
    );
    const folded = naiveFold(plan, sources, regMeanForm(plan, grams));
    for (const { weight, unmerge } of unmerged(plan)) {
      const own = (grams.get(unmerge) ?? []).map(rowsOf);
      const wanted = sum(sources.map((source, i) => times(rowsOf(source.get(weight)), own[i] ?? [])));
      const rows = folded.get(weight) ?? [];
      expect(relative(times(rows, sum(own)), wanted), weight).toBeLessThan(1e-4);
      // An inverse made of rounding would have entries of the order of 1e7.
      expect(Math.hypot(...rows.flat()), weight).toBeLessThan(50);
    }
  });

  it.each([false, true])('keeps units that are faint beside others; beside a silent one: %s', (silent) => {
    const random = seededRandom(45);
    const plan = planOf(2);
    const sources = sourcesOf(2, random);
    const faint = (width: number): Rows =>
      randomInputs(3 * width, width, random).map((row) =>
        row.with(2, 1e-5 * (row[2] ?? 0)).with(1, silent ? 0 : (row[1] ?? 0)),
      );
    const grams = new Map(
      unmerges(plan).map(({ name, merged }) => [name, [faint(merged), faint(merged)].map(gramOf).map(weightFrom)]),
    );
    const folded = naiveFold(plan, sources, regMeanForm(plan, grams));
    // The silent unit has nothing in common with the others: what its own entry is does not matter to them.
    const regular = (gram: Rows): Rows => gram.map((row, unit) => (silent && unit === 1 ? row.with(1, 1) : row));
    const column = (rows: Rows, unit: number): Rows => [rows.map((row) => row[unit] ?? Number.NaN)];
    for (const { weight, unmerge } of unmerged(plan)) {
      const own = sources.map((source) => rowsOf(source.get(weight)));
      const wanted = regMean(own, (grams.get(unmerge) ?? []).map(rowsOf).map(regular));
      const rows = folded.get(weight) ?? [];
      for (const unit of [0, 2, 3])
        expect(relative(column(rows, unit), column(wanted, unit)), weight).toBeLessThan(1e-4);
      if (silent) expect(column(rows, 1).flat().map(Math.abs)).toEqual(rows.map(() => 0));
    }
  });

  it('makes no inverse out of the rounding of 32-bit floats', () => {
    const plan = planOf(3);
    // Units 0 and 1 are always equal, but for opposite roundings of two Grams. The third only just makes ΣG regular.
    const equalUnits = (width: number, rounding: number): Rows =>
      make(width, width, (row, column) => {
        if (row === 1 && column === 1) return 1 + rounding;
        return row === column || row + column === 1 ? 1 : 0;
      });
    const faint = (width: number): Rows => make(width, width, (row, column) => (row === column ? 2 ** -30 : 0));
    const grams = new Map(
      unmerges(plan).map(({ name, merged }) => [
        name,
        [equalUnits(merged, 2 ** -21), equalUnits(merged, -(2 ** -21)), faint(merged)].map(weightFrom),
      ]),
    );
    const form = regMeanForm(plan, grams);
    for (const { name } of unmerges(plan)) {
      expect(Math.max(...rowsOf(form.get(name)).flat().map(Math.abs)), name).toBeLessThan(2);
    }
  });

  it('refuses Grams that do not fit', () => {
    const plan = planOf(2);
    const [{ name, merged }] = unmerges(plan) as [MatrixSpec];
    const gram = weightFrom(gramOf(randomRows(20, merged, seededRandom(44))));
    const small = weightFrom(gramOf(randomRows(20, merged - 1, seededRandom(44))));
    const merge = plan.matrices.find((spec) => spec.role === 'M')?.name ?? '';
    for (const [key, grams] of [
      [name, [gram]],
      [name, [gram, gram, gram]],
      [name, [gram, small]],
      [merge, [gram, gram]],
    ] as const) {
      expect(() => regMeanForm(plan, new Map([[key, grams]]))).toThrow(RangeError);
    }
  });
});

it('unequal widths have no common Gram', () => {
  const plan = foldPlan([smallMlp, { ...smallMlp, widths: [7, 6] }], smallMlp);
  expect(() => regMeanForm(plan, new Map())).toThrow(RangeError);
});
