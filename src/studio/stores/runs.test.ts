import { beforeEach, describe, expect, it } from 'vitest';
import { testRecipe } from '../runs/testing.ts';
import { activeRun, addRun, applyRunEvent, dropRun, findRun, isBusy, selectedRun, useRuns } from './runs.ts';

const start = (id: string, origin: 'person' | 'comparison' = 'person') =>
  addRun({ id, name: id, recipe: testRecipe(), colours: [0, 1], origin });

beforeEach(() => useRuns.setState({ runs: [], selected: null, comparing: null }));

describe('the runs of a visit', () => {
  it('shows the run that a person started last, and the one before when it is removed', () => {
    start('a');
    start('b');
    start('baseline', 'comparison');
    expect(selectedRun(useRuns.getState())?.id).toBe('b');
    dropRun('b');
    expect(selectedRun(useRuns.getState())?.id).toBe('a');
    dropRun('a');
    expect(selectedRun(useRuns.getState())).toBeNull();
  });

  it('gives an event to its own run, and drops that of a forgotten run', () => {
    start('a');
    start('b');
    applyRunEvent({ type: 'state', run: 'a', state: 'done' });
    applyRunEvent({ type: 'state', run: 'gone', state: 'done' });
    expect(useRuns.getState().runs.map(({ state }) => state)).toEqual(['done', 'preparing']);
  });

  it('steers the run of a person only, and is busy while comparing too', () => {
    start('baseline', 'comparison');
    expect(activeRun(useRuns.getState())).toBeNull();
    expect(isBusy(useRuns.getState())).toBe(false);
    useRuns.setState({ comparing: 'Running average' });
    expect(isBusy(useRuns.getState())).toBe(true);
    useRuns.setState({ comparing: null });
    start('a');
    expect(activeRun(useRuns.getState())).toBe(findRun('a'));
    expect(isBusy(useRuns.getState())).toBe(true);
  });
});
