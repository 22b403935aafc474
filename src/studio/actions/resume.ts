/** Runs that were broken off go on. */
import type { KeptRun } from '../../worker/protocol.ts';
import { fromRecipe } from '../recipe/draft.ts';
import { neededFiles } from '../recipe/files-of.ts';
import { attempt, client } from '../session.ts';
import { useFiles } from '../stores/files.ts';
import { editDraft, useRecipe } from '../stores/recipe.ts';
import { addRun, editRun, findRun, isBusy, useRuns } from '../stores/runs.ts';
import { expectFiles } from '../stores/sessions.ts';
import { clearNotices, notify, openCards, showTab } from '../stores/ui.ts';
import { loadFiles } from './load.ts';
import { startOf } from './runs.ts';

/** Brings runs that were broken off to the page: into the curves that a session has of them, or without any. */
export async function addBroken(runs: readonly KeptRun[]): Promise<void> {
  for (const kept of runs) {
    const { id, recipe, colours, origin, started, needs, step, steps } = kept;
    if (!findRun(id)) {
      addRun({ id, name: recipe.name, recipe, colours, origin });
      await expectThem(needs);
    }
    editRun(id, (run) => ({
      ...run,
      started,
      steps,
      restored: true,
      state: 'stopped',
      kept: { step, share: 0 },
      broken: { step, steps },
    }));
  }
  const [last] = runs;
  if (last && useRecipe.getState().draft.sources.length === 0) editDraft(() => fromRecipe(last.recipe));
}

async function expectThem(files: KeptRun['needs']): Promise<void> {
  const loaded = useFiles.getState().fingerprints;
  const awaited = files.filter(({ name }) => !(name in loaded));
  expectFiles(awaited);
  await client.expect(
    awaited.flatMap(({ name, fingerprint }) => (fingerprint === null ? [] : [{ name, fingerprint }])),
  );
}

/** The run that goes on as soon as its files are here. */
let waiting: string | null = null;

useFiles.subscribe(({ loading }) => {
  if (waiting !== null && loading === null && missingOf(waiting).length === 0) void resumeRun(waiting);
});

const missingOf = (id: string) => {
  const run = findRun(id);
  return run ? neededFiles(run.recipe, useFiles.getState()) : [];
};

/** Goes on with a run that was broken off, from copies of its files; where there are none, as soon as the files are dropped. */
export async function resumeRun(id: string): Promise<void> {
  waiting = null;
  if (!findRun(id)?.broken || isBusy(useRuns.getState())) return;
  clearNotices('run');
  if (missingOf(id).length > 0) {
    const drops = await attempt(
      (info) => notify('run', info),
      () => client.keptFiles(id),
    );
    for (const drop of drops ?? []) await loadFiles(drop);
  }
  useRuns.setState({ selected: id });
  showTab('training');
  openCards({ run: true });
  if (missingOf(id).length > 0) {
    waiting = id;
    return;
  }
  await begin(id);
}

async function begin(id: string): Promise<void> {
  const run = findRun(id);
  if (!run?.broken) return;
  const { broken } = run;
  editRun(id, (now) => ({ ...now, state: 'preparing', error: null, restored: false, bereft: false, broken: null }));
  await attempt(
    (error) => editRun(id, (now) => ({ ...now, state: 'failed', error, broken })),
    () => client.run(id, run.recipe, startOf(run, true)),
  );
}
