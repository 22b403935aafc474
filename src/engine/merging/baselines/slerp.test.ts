import { describe, expect, it } from 'vitest';
import type { Model } from '../../architectures/model.ts';
import { seededRandom } from '../../random.ts';
import { randomModel, smallMlp, smallVit } from '../../testing/models.ts';
import { averageModels } from './average.ts';
import { slerp, slerpModels } from './slerp.ts';

const alignment = { padding: 'end', resize: false } as const;
const first = randomModel(smallVit, seededRandom(1));
const second = randomModel({ ...smallVit, classes: 4 }, seededRandom(2));
const vits = [first, second];

/** A model of one hidden layer, `[2, 2]`, whose weight is given; bias and head are 0 or ones. */
function weightModel(values: number[], bias: number[] = [0, 0]): Model {
  const architecture = { ...smallMlp, inputs: 2, widths: [2], classes: 1 };
  const weights = new Map([
    ['layers.0.weight', { shape: [2, 2], values: Float32Array.from(values) }],
    ['layers.0.bias', { shape: [2], values: Float32Array.from(bias) }],
    ['head.weight', { shape: [1, 2], values: Float32Array.of(1, 1) }],
    ['head.bias', { shape: [1], values: Float32Array.of(1) }],
  ]);
  return { architecture, weights };
}

const weightOf = (model: Model, name = 'layers.0.weight') => [...(model.weights.get(name)?.values ?? [])];
const bodyNames = [...first.weights.keys()].filter((name) => !name.startsWith('head.'));

const expectClose = (values: readonly number[], expected: readonly number[]) => {
  expect(values).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 6);
};

describe('slerpModels', () => {
  it.each([
    [0, first],
    [1, second],
  ])('at t = %d has exactly the body of that end', (t, end) => {
    const merged = slerpModels(vits, t);
    for (const name of bodyNames) expect(merged.weights.get(name), name).toEqual(end.weights.get(name));
  });

  it('puts the heads side by side', () => {
    const merged = slerpModels(vits, 0.3);
    expect(merged.architecture).toEqual({ ...smallVit, classes: 7 });
    for (const name of ['head.weight', 'head.bias']) {
      expect(weightOf(merged, name)).toEqual([...weightOf(first, name), ...weightOf(second, name)]);
    }
    expect(merged.weights.get('head.weight')?.shape).toEqual([7, 8]);
  });

  it('goes on the arc between orthogonal unit tensors', () => {
    const ends = [weightModel([1, 0, 0, 0]), weightModel([0, 0, 0.6, 0.8])];
    const half = weightOf(slerpModels(ends, 0.5));
    expectClose(half, [Math.SQRT1_2, 0, 0.6 * Math.SQRT1_2, 0.8 * Math.SQRT1_2]);
    expect(Math.hypot(...half)).toBeCloseTo(1, 6);
    // A third of a quarter turn: 30°.
    const third = weightOf(slerpModels(ends, 1 / 3));
    expectClose(third, [Math.sqrt(3) / 2, 0, 0.6 / 2, 0.8 / 2]);
  });

  it('takes the angle of the directions, and weighs the tensors as they are', () => {
    // 60° apart, norms 2 and 4: both weigh sin 30° / sin 60° = 1 / √3.
    const ends = [weightModel([2, 0, 0, 0]), weightModel([2, Math.sqrt(12), 0, 0])];
    expectClose(weightOf(slerpModels(ends, 0.5)), [4 / Math.sqrt(3), 2, 0, 0]);
  });

  it('takes the angle of each tensor alone', () => {
    const ends = [weightModel([1, 0, 0, 0], [1, 0]), weightModel([0, 1, 0, 0], [0.5, Math.sqrt(3) / 2])];
    const merged = slerpModels(ends, 0.5);
    expectClose(weightOf(merged), [Math.SQRT1_2, Math.SQRT1_2, 0, 0]);
    expectClose(weightOf(merged, 'layers.0.bias'), [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]);
  });

  it('is the same from the other end', () => {
    const forth = slerpModels([first, second], 0.3);
    const back = slerpModels([second, first], 0.7);
    for (const name of bodyNames) expectClose(weightOf(forth, name), weightOf(back, name));
  });

  it.each([
    ['parallel tensors', [1, 2, 3, 4], [2, 4, 6, 8], [1.25, 2.5, 3.75, 5]],
    ['opposite tensors', [1, 2, 3, 4], [-1, -2, -3, -4], [0.5, 1, 1.5, 2]],
    ['nearly parallel tensors', [1, 0, 0, 0], [1, 0.01, 0, 0], [1, 0.0025, 0, 0]],
    ['a tensor of zeros', [0, 0, 0, 0], [4, 8, 0, -4], [1, 2, 0, -1]],
    ['two tensors of zeros', [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]],
  ])('goes straight between %s', (_case, from, to, expected) => {
    expectClose(weightOf(slerpModels([weightModel(from), weightModel(to)], 0.25)), expected);
  });

  it('differs from the average where tensors are not parallel', () => {
    const [merged, mean] = [slerpModels(vits, 0.5), averageModels(vits)];
    const norm = (model: Model) => Math.hypot(...weightOf(model, 'blocks.0.mlp.in.weight'));
    expect(norm(merged)).toBeGreaterThan(1.2 * norm(mean));
  });

  it('takes two models and no more', () => {
    expect(() => slerpModels([first, second, first], 0.5)).toThrow('3');
  });
});

describe('slerp', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ file: `${index + 1}.safetensors`, architecture: smallVit }));

  it('takes two sources', () => {
    expect(slerp.problems(named(2), { name: 'slerp', t: 0.5 }, alignment, null)).toEqual([]);
  });

  it('refuses a third source', () => {
    const [problem, ...others] = slerp.problems(named(3), { name: 'slerp', t: 0.5 }, alignment, null);
    expect(others).toEqual([]);
    expect(problem?.info).toEqual({
      kind: 'sources',
      message: 'SLERP goes from one source to another, and there are 3.',
      advice: 'Keep two sources, or choose another method.',
      subject: '3.safetensors',
    });
  });

  it('hands on t', async () => {
    const merging = slerp.merge(
      { models: vits, tasks: [], alignment, material: null, seed: 1 },
      { name: 'slerp', t: 0.2 },
    );
    expect((await merging.next()).value).toEqual({ type: 'preparing', note: 'Interpolating the weights' });
    const end = await merging.next();
    expect(end.done && end.value.model).toEqual(slerpModels(vits, 0.2));
  });
});
