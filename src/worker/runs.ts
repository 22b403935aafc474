/** Starting and steering runs, and what is kept of them. */
import { StudioError } from '../engine/errors.ts';
import { isOutOfMemory, outOfMemory } from '../engine/merging/less-memory.ts';
import type { MergeContext } from '../engine/merging/method.ts';
import type { Recipe } from '../engine/recipe.ts';
import type { Workspace } from '../engine/workspace.ts';
import type { Drops } from './keeping/drops.ts';
import type { Keeping } from './keeping/keeping.ts';
import { RunKeeper } from './keeping/run-keeper.ts';
import type { BackendStatus, RunEvent, RunStart, SnapshotStart, StudioApi } from './protocol.ts';
import { Run } from './run.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';

interface Studio {
  runs: Map<string, Run>;
  workspace: Workspace;
  keeping: Keeping;
  drops: Drops;
  /** Throws `StudioError`. */
  checkNothingTrains(): void;
  findRun(id: string): Run;
  contextOf(recipe: Recipe): Promise<MergeContext>;
  /** Makes sure of a backend that works, and that nothing else uses it. */
  ready(): Promise<BackendStatus>;
  send(event: RunEvent): void;
}

type RunMethods = Pick<
  StudioApi,
  | 'run'
  | 'pause'
  | 'step'
  | 'resume'
  | 'stop'
  | 'discard'
  | 'snapshot'
  | 'readSnapshot'
  | 'keptRuns'
  | 'keptFiles'
  | 'forgetKept'
  | 'storage'
  | 'clearStorage'
>;

/** A run's learnable numbers, their moments: three of the four that a step's cost counts. */
const keptPart = 3 / 4;

export function runMethods(studio: Studio): RunMethods {
  const { runs, workspace, keeping, drops, checkNothingTrains, findRun, contextOf, ready, send } = studio;

  /** A run that nobody asked to keep is kept in memory, where a lost device leaves it. */
  async function keeperOf(
    { id, recipe, trains }: Run,
    start: RunStart | SnapshotStart | undefined,
  ): Promise<RunKeeper | null> {
    if (!trains) return null;
    const hooks = {
      bytes: keptPart * workspace.cost(recipe).memory.learnable,
      onKept: (step: number, share: number) => send({ type: 'kept', run: id, step, share }),
      onUnkept: (reason: string) => send({ type: 'unkept', run: id, reason }),
    };
    if (!start) return new RunKeeper({ ...hooks, slots: null });
    if ('snapshot' in start) {
      const { kept } = await readSnapshot(start.snapshot);
      return new RunKeeper({ ...hooks, slots: null, first: kept });
    }
    const { resume, ...rest } = start;
    const own = drops.of(start.needs.map(({ name }) => name));
    return keeping.keeper({ id, recipe, ...rest, drops: own }, !resume, hooks);
  }

  function explained(error: unknown, recipe: Recipe, backend: string): unknown {
    if (!isOutOfMemory(error)) return error;
    try {
      return outOfMemory(recipe.method, (method) => workspace.cost({ ...recipe, method }), backend);
    } catch {
      return error; // its files are gone by now
    }
  }

  return {
    async run(id, recipe, start) {
      const [first] = recipe.sources;
      if (!first) {
        throw new StudioError({
          kind: 'sources',
          message: 'There are no sources yet.',
          advice: 'Drop at least two checkpoints.',
        });
      }
      if ('epochs' in recipe.method) checkNothingTrains();
      const run = new Run(id, recipe, workspace.source(first.file).match, send);
      runs.set(id, run);
      let backend = '';
      void run.drive({
        resume: start !== undefined && ('snapshot' in start || start.resume),
        prepare: async () => {
          const { label } = await ready();
          backend = label;
          return { context: await contextOf(recipe), backend: label };
        },
        keeper: () => keeperOf(run, start),
        explain: (error) => explained(error, recipe, backend),
        over: async (canGoOn) => (canGoOn ? keeping.release(id) : keeping.forget(id)),
      });
    },

    async pause(id) {
      findRun(id).pause();
    },
    async step(id) {
      findRun(id).step();
    },
    async resume(id) {
      findRun(id).resume();
    },
    async stop(id) {
      findRun(id).stop();
    },

    async discard(id) {
      runs.get(id)?.stop();
      runs.delete(id);
      await keeping.forget(id);
    },

    async snapshot(id, measured) {
      const kept = await findRun(id).take();
      return kept && new Blob(writeSnapshot(kept, measured));
    },
    readSnapshot: async (file) => (await readSnapshot(file)).run,

    keptRuns: () => keeping.kept(),

    keptFiles: (id) => keeping.dropsOf(id),

    forgetKept: (id) => keeping.forget(id),
    storage: () => keeping.storage(),
    clearStorage: () => keeping.clear(),
  };
}
