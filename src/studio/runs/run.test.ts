import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../worker/protocol.ts';
import { freeRunName, runName } from './names.ts';
import { afterEvent, hasMatrices, isOver, latestLosses, latestScore, stepsDone } from './run.ts';
import { score, testRecipe, testRun } from './testing.ts';

const point = (step: number) => ({ step, losses: [1 / (step + 1)], rate: 1e-3 });
const play = (events: RunEvent[]) => events.reduce(afterEvent, testRun('a'));
const training = (...steps: number[]): RunEvent => ({
  type: 'training',
  run: 'a',
  steps: 90,
  points: steps.map(point),
  stepsPerSecond: 24,
  secondsLeft: 3,
});

describe('events of a run', () => {
  it('tell what a preparing run does', () => {
    expect(play([{ type: 'preparing', run: 'a', note: 'Reading' }])).toMatchObject({
      state: 'preparing',
      note: 'Reading',
    });
  });

  it('collect points, the pace and the time left', () => {
    const run = play([{ type: 'state', run: 'a', state: 'running' }, training(0, 1), training(2)]);
    expect(run).toMatchObject({ state: 'running', steps: 90, stepsPerSecond: 24, secondsLeft: 3 });
    expect(run.points.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(stepsDone(run)).toBe(3);
    expect(latestLosses(run)).toEqual([1 / 3]);
    expect(isOver(run)).toBe(false);
    expect(hasMatrices(run)).toBe(true);
  });

  it('end with the score of the finished model', () => {
    const result = {
      method: 'fs-merge' as const,
      score: score(0.9, 0.8),
      reconstruction: [],
      seconds: 3,
      learnable: 5,
      steps: 90,
      merged: null,
    };
    const run = play([
      training(0),
      { type: 'accuracy', run: 'a', step: 50, score: score(0.5, 0.4) },
      { type: 'result', run: 'a', result },
      { type: 'state', run: 'a', state: 'done' },
    ]);
    expect(run.accuracy.map(({ step }) => step)).toEqual([50, 90]);
    expect(latestScore(run)).toBe(result.score);
    expect(run.result).toBe(result);
    expect(isOver(run)).toBe(true);
  });

  it('keep the reason of a failure', () => {
    const error = { kind: 'run' as const, message: 'm', advice: 'a' };
    const run = play([training(0), { type: 'state', run: 'a', state: 'failed', error }]);
    expect(run.error).toEqual(error);
    expect(hasMatrices(run)).toBe(false);
  });
});

it('a run without training has no steps, losses or matrices', () => {
  const run = testRun('a', { recipe: testRecipe({ name: 'average' }) });
  expect(stepsDone(run)).toBe(0);
  expect(latestLosses(run)).toEqual([]);
  expect(hasMatrices(run)).toBe(false);
});

describe('run names', () => {
  it('do not repeat', () => {
    const names = Array.from({ length: 300 }, (_, n) => runName(n));
    expect(new Set(names).size).toBe(300);
  });

  it('step aside for names that a person gave', () => {
    expect(freeRunName([])).toBe(runName(0));
    expect(freeRunName([runName(1)])).toBe(runName(2));
  });
});
