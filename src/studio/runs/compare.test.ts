import { describe, expect, it } from 'vitest';
import type { BaselineName } from '../recipe/draft.ts';
import { defaultBaselines, settingKey } from '../recipe/draft.ts';
import { baselines, comparisons, isComplete } from './compare.ts';
import { score, testRecipe, testRun } from './testing.ts';

const result = (method: 'fs-merge' | BaselineName, first: number, second: number) => ({
  method,
  score: score(first, second),
  reconstruction: [0.2, 0.4],
  seconds: 2,
  learnable: method === 'fs-merge' ? 100 : 0,
  steps: 0,
  merged: null,
});
const done = (id: string, method: BaselineName, first: number, second: number) =>
  testRun(id, { state: 'done', recipe: testRecipe(defaultBaselines[method]), result: result(method, first, second) });
const alone = (first: number, second: number) => ({ ...score(first, second), reconstruction: [0, 0.5] });
const current = { recipe: testRecipe(), colours: [0, 1] };
const key = settingKey(current.recipe);

describe('comparisons', () => {
  it('put sources first, then the ensemble, then other methods, then runs', () => {
    const runs = [
      testRun('fs', { state: 'done', result: result('fs-merge', 0.9, 0.9) }),
      done('ens', 'ensemble', 0.99, 0.99),
      done('avg', 'average', 0.5, 0.2),
    ];
    const [table] = comparisons(current, runs, { [key]: [alone(0.97, 0.1), alone(0.1, 0.96)] });
    expect(table?.tasks).toEqual(['digits', 'clothes']);
    expect(table?.rows.map((row) => row.key)).toEqual(['source 0', 'source 1', 'ens', 'avg', 'fs']);
    expect(table?.rows.map((row) => row.learnable)).toEqual([null, null, null, null, 100]);
    expect(table?.rows[0]?.reconstruction).toEqual([0, 0.5]);
  });

  it('keep only the latest of a baseline, and nothing that failed or was not measured', () => {
    const runs = [
      done('old', 'average', 0.5, 0.2),
      done('new', 'average', 0.5, 0.2),
      testRun('failed', { state: 'failed' }),
      testRun('fresh'),
    ];
    expect(comparisons(current, runs, {})[0]?.rows.map((row) => row.key)).toEqual(['new']);
  });

  it('mark the score of a run that still trains', () => {
    const run = testRun('fs', { state: 'running', accuracy: [{ step: 5, score: score(0.4, 0.4) }] });
    expect(comparisons(current, [run], {})[0]?.rows[0]).toMatchObject({ key: 'fs', live: true, seconds: null });
  });

  it('keep settings apart, the current one first', () => {
    const other = testRun('other', {
      state: 'done',
      recipe: testRecipe(undefined, 'fashion.npz'),
      result: result('fs-merge', 0.1, 0.1),
    });
    const same = done('avg', 'average', 0.5, 0.2);
    expect(comparisons(current, [other, same], {}).map((table) => table.rows.map((row) => row.key))).toEqual([
      ['avg'],
      ['other'],
    ]);
  });
});

it('isComplete wants every source and every baseline of the setting', () => {
  const runs = baselines.map((method) => done(method, method, 0.5, 0.7));
  const scores = { [key]: [alone(0.9, 0.1), alone(0.1, 0.9)] };
  expect(isComplete(current.recipe, runs, scores, {})).toBe(true);
  const [ensemble, ...others] = runs;
  expect(ensemble?.recipe.method.name).toBe('ensemble');
  expect(isComplete(current.recipe, others, scores, {})).toBe(false);
  expect(isComplete(current.recipe, others, scores, { [key]: { ensemble: 'it cannot' } })).toBe(true);
  expect(isComplete(current.recipe, others, scores, { other: { ensemble: 'it cannot' } })).toBe(false);
  expect(isComplete(current.recipe, runs, { [key]: [alone(0.9, 0.1), null] }, {})).toBe(false);
  expect(isComplete(testRecipe(undefined, 'other.npz'), runs, scores, {})).toBe(false);
});
