/** Starting and steering runs. */
import type { Recipe } from '../../engine/recipe.ts';
import type { RunStart } from '../../worker/protocol.ts';
import { fromRecipe } from '../recipe/draft.ts';
import { filesOf } from '../recipe/files-of.ts';
import { freeRunName } from '../runs/names.ts';
import type { Run } from '../runs/run.ts';
import { isOver } from '../runs/run.ts';
import { attempt, client } from '../session.ts';
import { fileOf } from '../stores/file-of.ts';
import { currentRecipe, editDraft, isReady, useRecipe } from '../stores/recipe.ts';
import { activeRun, addRun, dropRun, editRun, findRun, isBusy, useRuns } from '../stores/runs.ts';
import { clearNotices, notify, openCards, showTab } from '../stores/ui.ts';
import { methodNames } from '../text/describe.ts';
import { checkRecipe } from './check.ts';

let started = 0;

/** An id that no other run has, of this visit or one that the browser keeps. */
export const newRunId = (): string => `run-${Date.now().toString(36)}-${++started}`;

/** What the worker has to know to keep a run, or to go on with it. */
export const startOf = ({ recipe, started, colours, origin }: Run, resume: boolean): RunStart => ({
  started,
  colours,
  origin: origin === 'comparison' ? origin : 'person',
  needs: filesOf(recipe).map(({ name }) => fileOf(name)),
  resume,
});

/** Starts the recipe of the cards, unless something keeps it from running. Answers the run's id. */
export async function startRun(): Promise<string | null> {
  if (useRecipe.getState().checking) await checkRecipe();
  if (!isReady(useRecipe.getState()) || isBusy(useRuns.getState())) return null;
  openCards({ sources: false, images: false, method: false, run: true });
  showTab('epochs' in currentRecipe().method ? 'training' : 'compare');
  return begin(currentRecipe(), 'person');
}

/** Starts a run and answers at once; it may fail later, or even right away. */
export async function begin(recipe: Recipe, origin: Run['origin'], name = nameFor(recipe)): Promise<string> {
  clearNotices('run');
  const id = newRunId();
  const colours = useRecipe.getState().draft.sources.map((source) => source.colour);
  addRun({ id, name, recipe: { ...recipe, name }, colours, origin });
  await attempt(
    (error) => editRun(id, (run) => ({ ...run, state: 'failed', error })),
    async () => {
      const run = findRun(id);
      if (run) await client.run(id, run.recipe, startOf(run, false));
    },
  );
  return id;
}

/** Runs that train have names of their own; another method is called what it is. */
function nameFor({ method }: Recipe): string {
  if (!('epochs' in method)) return methodNames[method.name];
  return freeRunName(useRuns.getState().runs.map((run) => run.name));
}

/** Waits until a run is over or forgotten. */
export function ending(id: string): Promise<Run | null> {
  return new Promise((resolve) => {
    const look = () => {
      const run = findRun(id);
      if (run && !isOver(run)) return;
      unsubscribe();
      resolve(run);
    };
    const unsubscribe = useRuns.subscribe(look);
    look();
  });
}

const steer = (work: () => Promise<void>): Promise<void | null> => attempt((info) => notify('run', info), work);

/** Space: starts, pauses or goes on, whichever is next. */
export async function startOrPause(): Promise<void> {
  const run = activeRun(useRuns.getState());
  if (!run) await startRun();
  else if (run.state === 'paused') await steer(() => client.resume(run.id));
  else if (run.state === 'running') await steer(() => client.pause(run.id));
}

/** One training step, then a pause. */
export async function stepRun(): Promise<void> {
  const run = activeRun(useRuns.getState());
  if (run && run.state !== 'preparing') await steer(() => client.step(run.id));
}

/** Ends the run under way; what it has learned is kept. */
export async function stopRun(): Promise<void> {
  const run = activeRun(useRuns.getState());
  if (run) await steer(() => client.stop(run.id));
}

export async function removeRun(id: string): Promise<void> {
  const run = findRun(id);
  dropRun(id);
  await steer(() => (run?.origin === 'file' ? client.remove(id) : client.discard(id)));
}

/** Puts a run's recipe into the cards, with its colours. */
export function takeRecipe(id: string): void {
  const run = findRun(id);
  if (!run) return;
  const { sources, ...rest } = fromRecipe(run.recipe);
  editDraft(() => ({
    ...rest,
    sources: sources.map((source, index) => ({ ...source, colour: run.colours[index] ?? source.colour })),
  }));
  openCards({ sources: true, images: true, method: true, run: true });
}

export const renameRun = (id: string, name: string): void =>
  editRun(id, (run) => ({ ...run, name: name.trim() || run.name }));
export const toggleRun = (id: string): void => editRun(id, (run) => ({ ...run, visible: !run.visible }));
export const selectRun = (id: string): void => useRuns.setState({ selected: id });
