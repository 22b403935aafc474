/** Every run of this visit, and what sources score alone. */
import { create } from 'zustand';
import type { RunEvent } from '../../worker/protocol.ts';
import type { Refusals, SourceScores } from '../runs/compare.ts';
import type { NewRun, Run } from '../runs/run.ts';
import { afterEvent, isActive, newRun } from '../runs/run.ts';

interface Runs {
  /** Oldest first. */
  runs: readonly Run[];
  /** The run that the stage shows. */
  selected: string | null;
  sourceScores: SourceScores;
  /** Methods that cannot apply to a setting, with the reason, by `settingKey`. */
  refused: Refusals;
  /** What the comparison is doing, in words; null when it is not running. */
  comparing: string | null;
  /** How far a training of sources is, in words; null when there is none. */
  training: string | null;
}

export const useRuns = create<Runs>(() => ({
  runs: [],
  selected: null,
  sourceScores: {},
  refused: {},
  comparing: null,
  training: null,
}));

export function addRun(start: NewRun): void {
  useRuns.setState(({ runs, selected }) => ({
    runs: [...runs, newRun(start)],
    selected: start.origin === 'person' ? start.id : selected,
  }));
}

export function editRun(id: string, change: (run: Run) => Run): void {
  useRuns.setState(({ runs }) => ({ runs: runs.map((run) => (run.id === id ? change(run) : run)) }));
}

export const applyRunEvent = (event: RunEvent): void => editRun(event.run, (run) => afterEvent(run, event));

export function dropRun(id: string): void {
  useRuns.setState(({ runs, selected }) => {
    const left = runs.filter((run) => run.id !== id);
    const next = left.filter((run) => run.origin === 'person').at(-1)?.id ?? null;
    return { runs: left, selected: selected === id ? next : selected };
  });
}

export const findRun = (id: string | null): Run | null => useRuns.getState().runs.find((run) => run.id === id) ?? null;

/** The run of a person that is under way, if any. */
export const activeRun = ({ runs }: Pick<Runs, 'runs'>): Run | null =>
  runs.findLast((run) => run.origin === 'person' && isActive(run)) ?? null;

/** Whether the worker is busy with a run, a comparison or a training of sources. */
export const isBusy = (state: Pick<Runs, 'runs' | 'comparing' | 'training'>): boolean =>
  activeRun(state) !== null || state.comparing !== null || state.training !== null;

/** The run that the stage shows. */
export const selectedRun = ({ runs, selected }: Pick<Runs, 'runs' | 'selected'>): Run | null =>
  runs.find((run) => run.id === selected) ?? null;
