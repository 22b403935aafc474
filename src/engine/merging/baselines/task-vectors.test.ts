import { describe, expect, it } from 'vitest';
import type { Architecture, Model } from '../../architectures/model.ts';
import { seededRandom } from '../../random.ts';
import { relativeError } from '../../supernet/matrix-kind.ts';
import { randomModel, smallMlp, smallVit } from '../../testing/models.ts';
import type { Material, MergeCommand, MergeContext, MergeOutcome, MergeProgress } from '../method.ts';
import { dare, dareModels } from './dare.ts';
import { taskArithmetic, taskArithmeticModels } from './task-arithmetic.ts';
import { baseProblems, taskVectors } from './task-vectors.ts';
import { nthLargestMagnitude, ties, tiesModels } from './ties.ts';

const alignment = { padding: 'end', resize: false } as const;

/** A model whose body is six numbers: a weight `[2, 2]` and a bias `[2]`. */
function sixNumbers(body: readonly number[], head = 0): Model {
  const weights = new Map([
    ['layers.0.weight', { shape: [2, 2], values: Float32Array.from(body.slice(0, 4)) }],
    ['layers.0.bias', { shape: [2], values: Float32Array.from(body.slice(4)) }],
    ['head.weight', { shape: [1, 2], values: Float32Array.of(head, head) }],
    ['head.bias', { shape: [1], values: Float32Array.of(head) }],
  ]);
  return { architecture: { ...smallMlp, inputs: 2, widths: [2], classes: 1 }, weights };
}

const base = sixNumbers([10, 20, 30, 40, 50, 60]);
const fineTuned = (vector: readonly number[]) => sixNumbers(vector.map((value, index) => 10 * (index + 1) + value));

/** All body parameters one after the other. */
const bodyOf = (model: Model): number[] =>
  [...model.weights].flatMap(([name, { values }]) => (name.startsWith('head.') ? [] : [...values]));

/** A model with every parameter 0. */
function zeros(architecture: Architecture): Model {
  const { weights } = randomModel(architecture, seededRandom(1));
  return {
    architecture,
    weights: new Map([...weights].map(([name, { shape, values }]) => [name, { shape, values: values.map(() => 0) }])),
  };
}

const first = randomModel(smallVit, seededRandom(1));
const vits = [first, randomModel({ ...smallVit, classes: 4 }, seededRandom(2))];
const vitBase = randomModel({ ...smallVit, classes: 9 }, seededRandom(7));

const merges: [string, Model][] = [
  ['task arithmetic', taskArithmeticModels(vits, vitBase, { scale: 0.4 })],
  ['TIES', tiesModels(vits, vitBase, { density: 0.9, scale: 1 })],
  ['DARE', dareModels(vits, vitBase, { drop: 0.5, scale: 0.4 }, 1)],
];

describe('task vectors', () => {
  it('are the differences of the body to the base', () => {
    const [vector] = taskVectors([fineTuned([1, -2, 3, -4, 5, -6])], base);
    expect(vector).toEqual(
      new Map([
        ['layers.0.weight', Float32Array.of(1, -2, 3, -4)],
        ['layers.0.bias', Float32Array.of(5, -6)],
      ]),
    );
  });

  it.each(merges)('leave the heads to the sources, side by side (%s)', (_name, merged) => {
    expect(merged.architecture).toEqual({ ...smallVit, classes: 7 });
    for (const name of ['head.weight', 'head.bias']) {
      const own = vits.flatMap((model) => [...(model.weights.get(name)?.values ?? [])]);
      expect([...(merged.weights.get(name)?.values ?? [])], name).toEqual(own);
    }
  });

  it.each(merges)('change every parameter of the body (%s)', (_name, merged) => {
    for (const name of vitBase.weights.keys()) {
      expect(merged.weights.get(name)?.values, name).not.toEqual(vitBase.weights.get(name)?.values);
    }
  });
});

describe('task arithmetic', () => {
  it('with one vector that is not 0 and scale 1 is that source', () => {
    const merged = taskArithmeticModels([vitBase, first, vitBase], vitBase, { scale: 1 });
    expect(relativeError(bodyOf(merged), bodyOf(first))).toBeLessThan(1e-7);
  });

  it('adds the scaled sum of the vectors', () => {
    const models = [fineTuned([1, 2, 3, 4, 5, 6]), fineTuned([3, -2, 0, 1, -6, 10])];
    expect(bodyOf(taskArithmeticModels(models, base, { scale: 0.5 }))).toEqual([12, 20, 31.5, 42.5, 49.5, 68]);
  });
});

describe('TIES', () => {
  it('agrees with an example worked by hand', () => {
    const models = [
      [4, -3, 0.5, 3, -2, 0.25],
      [-6, 5, 1, -4.5, 0.5, 2],
      [2, 4, 0.5, 0.125, 1, -7],
    ].map(fineTuned);
    // Trimmed to the four largest of all six, weight and bias together:
    //    4  −3   0   3     −2   0
    //   −6   5   0  −4.5    0   2
    //    2   4   0   0      1  −7
    // Their sums elect:
    //    0   +   0   −      −   −      (the first is a tie: no sign, so the base stays)
    // Means of the entries with that sign:
    //    0   4.5 0  −4.5   −2  −7
    // Half of that on top of the base:
    const expected = [10, 22.25, 30, 37.75, 49, 56.5];
    expect(bodyOf(tiesModels(models, base, { density: 2 / 3, scale: 0.5 }))).toEqual(expected);
  });

  it('with density 1 and equal signs is the base plus the mean', () => {
    const models = [fineTuned([1, -2, 3, -4, 5, -6]), fineTuned([3, -4, 1, -8, 1, -2])];
    expect(bodyOf(tiesModels(models, base, { density: 1, scale: 1 }))).toEqual([12, 17, 32, 34, 53, 56]);
  });

  it('counts the source whose vector is 0 at no entry', () => {
    const models = [fineTuned([1, -2, 3, -4, 5, -6]), base];
    expect(bodyOf(tiesModels(models, base, { density: 1, scale: 1 }))).toEqual([11, 18, 33, 36, 55, 54]);
  });

  it.each([0.05, 0.2, 0.7])('keeps the largest share of %d over the whole vector', (density) => {
    const model = first;
    const merged = tiesModels([model], zeros(smallVit), { density, scale: 1 });
    const all = bodyOf(model);
    const kept = Math.round(density * all.length);
    const floor = all.map(Math.abs).sort((a, b) => b - a)[kept - 1]!;
    expect(bodyOf(merged)).toEqual(all.map((value) => (Math.abs(value) >= floor ? value : 0)));
    expect(bodyOf(merged).filter((value) => value !== 0)).toHaveLength(kept);
  });

  it('selects magnitudes as sorting does', () => {
    const random = seededRandom(2);
    const parts = [5, 1, 300].map((length) => Float32Array.from({ length }, () => random.normal() ** 5));
    // Not at the start of its buffer, with values of one upper half, zeros and the smallest float.
    parts.push(Float32Array.of(9, 1, 1 + 2 ** -20, -1 - 2 ** -21, 0, -0, 2 ** -149, -(2 ** 100)).subarray(1));
    const sorted = parts.flatMap((part) => [...part].map(Math.abs)).sort((a, b) => b - a);
    expect(sorted.map((_, index) => nthLargestMagnitude(parts, index + 1))).toEqual(sorted);
  });
});

describe('DARE', () => {
  const mlp = { ...smallMlp, inputs: 60, widths: [60, 40] };
  const one = randomModel(mlp, seededRandom(1));
  const nothing = zeros(mlp);
  const zeroShare = (model: Model) => {
    const body = bodyOf(model);
    return body.filter((value) => value === 0).length / body.length;
  };

  it('that drops nothing is task arithmetic', () => {
    const scale = 0.7;
    expect(dareModels(vits, vitBase, { drop: 0, scale }, 5)).toEqual(taskArithmeticModels(vits, vitBase, { scale }));
  });

  it.each([0.3, 0.9])('drops a share of %d and rescales what is left', (drop) => {
    const merged = dareModels([one], nothing, { drop, scale: 1 }, 3);
    expect(zeroShare(merged)).toBeCloseTo(drop, 1);
    const grown = bodyOf(one).map((value) => Math.fround(value / (1 - drop)));
    for (const [index, value] of bodyOf(merged).entries()) if (value !== 0) expect(value).toBe(grown[index]);
  });

  it('drops entries of each source on their own', () => {
    // An entry is 0 only where both sources drop it: half of the half.
    expect(zeroShare(dareModels([one, one], nothing, { drop: 0.5, scale: 1 }, 3))).toBeCloseTo(0.25, 1);
  });

  it('shares no stream between seeds in a row', () => {
    const runs = [4, 5].map((seed) => bodyOf(dareModels([one], nothing, { drop: 0.5, scale: 1 }, seed)));
    const both = runs[0]!.filter((value, index) => value === 0 && runs[1]![index] === 0);
    expect(both.length / runs[0]!.length).toBeCloseTo(0.25, 1);
  });

  it('keeps the expectation of every entry', () => {
    const [options, seeds] = [{ drop: 0.5, scale: 0.4 }, 400];
    const sum = bodyOf(vitBase).map(() => 0);
    for (let seed = 0; seed < seeds; seed++) {
      for (const [index, value] of bodyOf(dareModels(vits, vitBase, options, seed)).entries()) sum[index]! += value;
    }
    // Of a dropped entry τ the standard deviation is |τ|; of the mean of 400 it is |τ| / 20.
    const vectorOf = (body: number[]) => body.map((value, index) => value - bodyOf(vitBase)[index]!);
    const undropped = vectorOf(bodyOf(taskArithmeticModels(vits, vitBase, options)));
    expect(relativeError(vectorOf(sum.map((value) => value / seeds)), undropped)).toBeLessThan(0.07);
  });

  it('is the same with one seed and another with another', () => {
    const run = (seed: number) => dareModels(vits, vitBase, { drop: 0.5, scale: 1 }, seed);
    expect(run(1)).toEqual(run(1));
    expect(bodyOf(run(1))).not.toEqual(bodyOf(run(2)));
  });
});

describe('the base', () => {
  const sources = vits.map(({ architecture }, index) => ({ file: `${index + 1}.safetensors`, architecture }));
  const problemsOf = (material: Material | null) => baseProblems(sources, material).map(({ info }) => info);
  const baseOf = (changes: object): Material => ({
    from: 'base',
    model: randomModel({ ...smallVit, ...changes }, seededRandom(1)),
  });
  const missing = {
    kind: 'recipe',
    message: 'The method needs the checkpoint that all sources were fine-tuned from.',
    advice: 'Drop that checkpoint and choose it as the base.',
    subject: 'base',
  };

  it('may have any head', () => {
    expect(problemsOf(baseOf({ classes: 1000 }))).toEqual([]);
  });

  it('must be there', () => {
    expect(problemsOf(null)).toEqual([missing]);
    expect(problemsOf({ from: 'target', model: vitBase })).toEqual([missing]);
  });

  it.each([
    ['another image', { image: 8 }, 'positions is 17 × 8 in the base, 5 × 8 in 1.safetensors.'],
    ['another hidden width', { hidden: 16 }, 'blocks.0.mlp.in.weight is 16 × 8 in the base, 12 × 8 in 1.safetensors.'],
    ['fewer blocks', { blocks: 1 }, 'The base has no blocks.1.norm1.weight, and 1.safetensors has.'],
    ['more blocks', { blocks: 3 }, 'The base has blocks.2.norm1.weight, and 1.safetensors has not.'],
    ['another kind', smallMlp, 'The base has no patches.weight, and 1.safetensors has.'],
  ])('must not have %s', (_case, changes, message) => {
    const advice = 'Choose the checkpoint that the sources were fine-tuned from.';
    expect(problemsOf(baseOf(changes))).toEqual([{ kind: 'recipe', message, advice, subject: 'base' }]);
  });

  const options = { base: 'base.safetensors', scale: 0.3, density: 0.4, drop: 0.6 };
  const { scale, density, drop } = options;
  const seed = 11;
  const context: MergeContext = {
    models: vits,
    tasks: [],
    alignment,
    material: { from: 'base', model: vitBase },
    seed,
  };
  const arithmetic = { name: 'task-arithmetic', base: 'base.safetensors', scale } as const;
  const trimming = { name: 'ties', base: 'base.safetensors', density, scale } as const;
  const dropping = { name: 'dare', base: 'base.safetensors', drop, scale } as const;

  it('is asked for by every method', () => {
    const found = [
      taskArithmetic.problems(sources, arithmetic, alignment, null),
      ties.problems(sources, trimming, alignment, null),
      dare.problems(sources, dropping, alignment, null),
    ];
    for (const problems of found) expect(problems.map(({ info }) => info)).toEqual([missing]);
    const fitting = taskArithmetic.problems(sources, arithmetic, alignment, context.material);
    expect(fitting).toEqual([]);
  });

  it('comes from the material, the seed from the context', async () => {
    expect(await endOf(taskArithmetic.merge(context, arithmetic))).toEqual(
      taskArithmeticModels(vits, vitBase, { scale }),
    );
    expect(await endOf(ties.merge(context, trimming))).toEqual(tiesModels(vits, vitBase, { density, scale }));
    expect(await endOf(dare.merge(context, dropping))).toEqual(dareModels(vits, vitBase, { drop, scale }, seed));
  });

  it('is missed by a merge that gets none', async () => {
    await expect(endOf(ties.merge({ ...context, material: null }, trimming))).rejects.toThrow(missing.message);
  });
});

/** The model that a merge ends with. */
async function endOf(merging: AsyncGenerator<MergeProgress, MergeOutcome, MergeCommand>): Promise<Model | null> {
  for (;;) {
    const next = await merging.next();
    if (next.done) return next.value.model;
  }
}
