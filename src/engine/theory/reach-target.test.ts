import { describe, expect, it } from 'vitest';
import { foldPlan } from '../architectures/fold-plan.ts';
import type { Perceptron, Weights } from '../architectures/model.ts';
import { seededRandom } from '../random.ts';
import type { Weight } from '../tensors/host-tensor.ts';
import { randomModel, smallMlp, smallVit } from '../testing/models.ts';
import { lowerRank, reachTarget, targetForm } from './reach-target.ts';
import type { Rows } from './testing.ts';
import {
  denseShapes,
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

/** What M₁ and U₁ make of W₁. */
const foldOne = (merge: Rows, first: Weight, unmerge: Rows): Rows =>
  times(times(transpose(merge), rowsOf(first)), transpose(unmerge));

const randomWeight = (out: number, into: number, seed: number): Weight =>
  weightFrom(randomRows(out, into, seededRandom(seed)));

describe('one layer', () => {
  it('reaches any target when W₁ is invertible', () => {
    const first = randomWeight(12, 12, 1);
    const target = randomWeight(12, 12, 2);
    const reach = reachTarget(first, target);
    expect(reach.rank).toBe(12);
    expect(reach.merge.shape).toEqual([12, 12]);
    const folded = times(transpose(rowsOf(reach.merge)), rowsOf(first));
    expect(relative(folded, rowsOf(target))).toBeLessThan(1e-4);
    expect(reach.error).toBeCloseTo(relative(folded, rowsOf(target)), 10);
    expect(reach.smallestError).toBe(0);
    const best = foldOne(rowsOf(reach.best.merge), first, rowsOf(reach.best.unmerge));
    expect(relative(best, rowsOf(target))).toBeLessThan(1e-4);
  });

  it.each([
    { out: 12, into: 12, rank: 7 },
    { out: 12, into: 12, rank: 9 },
    { out: 9, into: 14, rank: 6 },
    { out: 14, into: 9, rank: 6 },
  ])('does not when W₁ is $out × $into of rank $rank', ({ out, into, rank }) => {
    const first = lowerRank(randomWeight(out, into, 3), rank);
    const target = randomWeight(out, into, 4);
    const reach = reachTarget(first, target);
    const wanted = rowsOf(target);
    const merge = rowsOf(reach.best.merge);
    const unmerge = rowsOf(reach.best.unmerge);
    expect(reach.rank).toBe(rank);
    expect(reach.condition).toBeGreaterThan(1e5);
    expect(reach.error).toBeCloseTo(relative(times(transpose(rowsOf(reach.merge)), rowsOf(first)), wanted), 10);
    expect(reach.smallestError).toBeGreaterThan(0.05);
    expect(reach.error).toBeGreaterThan(reach.smallestError + 0.01);
    expect(Math.abs(relative(foldOne(merge, first, unmerge), wanted) - reach.smallestError)).toBeLessThan(1e-4);
    const random = seededRandom(5);
    for (let trial = 0; trial < 200; trial++) {
      const step = 10 ** -(trial % 5);
      const otherMerge = sum([merge, scaled(randomRows(out, out, random), step)]);
      const otherUnmerge = sum([unmerge, scaled(randomRows(into, into, random), step)]);
      expect(relative(foldOne(otherMerge, first, otherUnmerge), wanted)).toBeGreaterThan(reach.smallestError - 1e-6);
    }
  });

  it('comes nearest with `merge` among all M₁ that have U₁ = I', () => {
    const first = lowerRank(randomWeight(8, 8, 6), 5);
    const target = rowsOf(randomWeight(8, 8, 7));
    const { merge, error } = reachTarget(first, weightFrom(target));
    const random = seededRandom(8);
    for (let trial = 0; trial < 200; trial++) {
      const other = sum([rowsOf(merge), scaled(randomRows(8, 8, random), 10 ** -(trial % 5))]);
      expect(relative(times(transpose(other), rowsOf(first)), target)).toBeGreaterThan(error - 1e-6);
    }
  });

  it('needs a U where W₁ has fewer outputs than inputs', () => {
    const wide = reachTarget(randomWeight(6, 10, 9), randomWeight(6, 10, 10));
    expect(wide).toMatchObject({ rank: 6, smallestError: 0 });
    expect(wide.error).toBeGreaterThan(0.05);
    const tall = reachTarget(randomWeight(10, 6, 9), randomWeight(10, 6, 10));
    expect(tall).toMatchObject({ rank: 6, smallestError: 0 });
    expect(tall.error).toBeLessThan(1e-4);
  });

  it('measures the condition by the singular values', () => {
    const diagonal = weightFrom([
      [0, 4],
      [0.5, 0],
    ]);
    const target = weightFrom([
      [3, 0],
      [0, 4],
    ]);
    expect(reachTarget(diagonal, target).condition).toBeCloseTo(8, 6);
    // Without the smaller singular value 3 of the target, of norm 5.
    expect(reachTarget(lowerRank(diagonal, 1), target).smallestError).toBeCloseTo(0.6, 6);
  });

  it('stays finite for zeros', () => {
    const zeros: Weight = { shape: [3, 3], values: new Float32Array(9) };
    const target = randomWeight(3, 3, 11);
    const nothing = reachTarget(zeros, target);
    expect(nothing).toMatchObject({ rank: 0, condition: Infinity, error: 1 });
    expect(nothing.smallestError).toBeCloseTo(1, 10);
    expect(reachTarget(target, zeros)).toMatchObject({ rank: 3, error: 0, smallestError: 0 });
  });

  it('refuses other shapes and numbers that are not finite', () => {
    expect(() => reachTarget(randomWeight(3, 3, 1), randomWeight(3, 4, 1))).toThrow(RangeError);
    expect(() => reachTarget({ shape: [1, 1], values: new Float32Array([Number.NaN]) }, randomWeight(1, 1, 1))).toThrow(
      RangeError,
    );
    expect(() => lowerRank(randomWeight(3, 3, 1), -1)).toThrow(RangeError);
  });

  it('lowers a rank with the smallest change', () => {
    const weight = weightFrom([
      [0, 3, 0],
      [2, 0, 0],
    ]);
    expect([...lowerRank(weight, 1).values].map((value) => Math.round(value * 1e6) / 1e6 + 0)).toEqual([
      0, 3, 0, 0, 0, 0,
    ]);
    expect(lowerRank(weight, 1).shape).toEqual([2, 3]);
    expect(relative(rowsOf(lowerRank(weight, 5)), rowsOf(weight))).toBeLessThan(1e-6);
  });
});

describe('a whole network', () => {
  const withoutBiases = (weights: Weights): Weights =>
    new Map(
      [...weights].map(([name, weight]) =>
        name.endsWith('.bias')
          ? [name, { shape: weight.shape, values: new Float32Array(weight.values.length) }]
          : [name, weight],
      ),
    );

  it('of square layers without biases folds to any other', () => {
    const square: Perceptron = { kind: 'mlp', inputs: 6, widths: [6, 6], activation: 'relu', classes: 3 };
    const random = seededRandom(21);
    const sources = [1, 2, 3].map(() => withoutBiases(randomModel(square, random).weights));
    const target = withoutBiases(randomModel(square, random).weights);
    const plan = foldPlan([square, square, square], square);
    const { form, errors } = targetForm(plan, sources[0] as Weights, target);
    expect(shapesOf(form)).toEqual(denseShapes(plan));
    const folded = naiveFold(plan, sources, form);
    for (const layer of ['layers.0', 'layers.1']) {
      const weight = `${layer}.weight`;
      expect(relative(folded.get(weight) ?? [], rowsOf(target.get(weight)))).toBeLessThan(1e-4);
      expect(errors.get(weight)).toBeLessThan(1e-4);
      expect(folded.get(`${layer}.bias`)?.flat().map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(errors.get(`${layer}.bias`)).toBe(0);
    }
    // Heads stay the sources' own.
    for (const [index, source] of sources.entries()) {
      expect(folded.get(`head ${index + 1}`)).toEqual(rowsOf(source.get('head.weight')));
    }
  });

  it('says of every parameter of a ViT how near it comes', () => {
    const random = seededRandom(22);
    const sources = [1, 2].map(() => randomModel(smallVit, random).weights);
    const target = randomModel(smallVit, random).weights;
    const plan = foldPlan([smallVit, smallVit], smallVit);
    const { form, errors } = targetForm(plan, sources[0] as Weights, target);
    expect(shapesOf(form)).toEqual(denseShapes(plan));
    const folded = naiveFold(plan, sources, form);
    expect([...errors.keys()].sort()).toEqual([...folded.keys()].filter((name) => !name.startsWith('head')).sort());
    for (const [name, error] of errors) {
      expect(error, name).toBeCloseTo(relative(folded.get(name) ?? [], rowsOf(target.get(name))), 5);
      // Square layers and those with more outputs than inputs are reached, but not with their biases at the same time.
      const reached = /(query|key|value|attention\.out|mlp\.in)\.weight$/.test(name);
      if (reached) expect(error, name).toBeLessThan(1e-4);
      else expect(error, name).toBeGreaterThan(0.05);
    }
  });

  it('fits everything that the embedding maps at once', () => {
    const random = seededRandom(23);
    const source = randomModel(smallVit, random).weights;
    const target = randomModel(smallVit, random).weights;
    const plan = foldPlan([smallVit, smallVit], smallVit);
    const merge = rowsOf(targetForm(plan, source, target).form.get('embedding.M_embed')).slice(0, smallVit.width);
    const embedding = (weights: Weights): Rows => [
      ...transpose(rowsOf(weights.get('patches.weight'))),
      ...['patches.bias', 'class_token', 'positions'].flatMap((name) => rowsOf(weights.get(name))),
    ];
    // Least squares: the residual is orthogonal to what M₁ can change.
    const residual = sum([times(embedding(source), merge), scaled(embedding(target), -1)]);
    const gradient = times(transpose(embedding(source)), residual).flat();
    expect(Math.hypot(...residual.flat())).toBeGreaterThan(0.1);
    expect(Math.hypot(...gradient)).toBeLessThan(1e-5);
  });

  it('folds from a narrower source, too', () => {
    const random = seededRandom(24);
    const narrow: Perceptron = { ...smallMlp, widths: [7, 5] };
    const wide: Perceptron = { ...smallMlp, widths: [9, 6] };
    const sources = [narrow, wide].map((architecture) => randomModel(architecture, random).weights);
    const target = randomModel(smallMlp, random).weights;
    const plan = foldPlan([narrow, wide], smallMlp);
    const { form, errors } = targetForm(plan, sources[0] as Weights, target);
    expect(shapesOf(form)).toEqual(denseShapes(plan));
    const folded = naiveFold(plan, sources, form);
    for (const [name, error] of errors) {
      expect(error, name).toBeCloseTo(relative(folded.get(name) ?? [], rowsOf(target.get(name))), 5);
    }
  });

  it('refuses models that lack a parameter or do not fit the plan', () => {
    const random = seededRandom(25);
    const { weights } = randomModel(smallMlp, random);
    const plan = foldPlan([smallMlp, smallMlp], smallMlp);
    expect(() => targetForm(plan, weights, new Map())).toThrow(RangeError);
    const other = randomModel({ ...smallMlp, widths: [8, 5] }, random).weights;
    expect(() => targetForm(plan, weights, other)).toThrow(RangeError);
    const otherInputs = randomModel({ ...smallMlp, inputs: 11 }, random).weights;
    expect(() => targetForm(plan, weights, otherInputs)).toThrow(RangeError);
  });
});
