/** Every run that this browser keeps, of this tab and of others: what goes on after a closed tab. */
import type { DroppedFile } from '../protocol-files.ts';
import type { KeptRun, StorageUse } from '../protocol-keeping.ts';
import { dropsOf, holdCopies, sweep } from './copies.ts';
import { heldLocks, hold, runLock } from './locks.ts';
import type { OpenRoot, Place } from './place.ts';
import { bytesBelow, foldersIn, openPlace, reasonOf, removeFrom, roomHere } from './place.ts';
import type { RunFile } from './run-file.ts';
import { readRun, writeRun } from './run-file.ts';
import type { KeeperOptions } from './run-keeper.ts';
import { RunKeeper } from './run-keeper.ts';
import { notesIn, Slots } from './slots.ts';

/** Kept runs are offered for so long, in milliseconds. */
const longest = 30 * 24 * 3600 * 1000;

export type NewKept = Omit<RunFile, 'version'> & {
  /** The drops that its files came with. */
  drops: readonly (readonly DroppedFile[])[];
};

/** Copies files beside the training. */
export type Copier = (run: string, drops: readonly (readonly DroppedFile[])[]) => Promise<void>;

export class Keeping {
  /** Of the runs of this tab. */
  private readonly releases = new Map<string, () => void>();
  private opened: Promise<Place> | null = null;

  constructor(
    private readonly openRoot: OpenRoot,
    private readonly copier: Copier,
  ) {}

  private place(): Promise<Place> {
    this.opened ??= openPlace(this.openRoot);
    this.opened.catch(() => {
      this.opened = null;
    });
    return this.opened;
  }

  /** Keeps a run from now on. `fresh`: it begins; what was kept under its id is not its own. */
  async keeper(run: NewKept, fresh: boolean, options: Omit<KeeperOptions, 'slots'>): Promise<RunKeeper> {
    try {
      return new RunKeeper({ ...options, slots: await this.slotsFor(run, fresh) });
    } catch (error) {
      return new RunKeeper({ ...options, slots: { unkept: reasonOf(error) } });
    }
  }

  private async slotsFor({ drops, ...run }: NewKept, fresh: boolean): Promise<Slots> {
    const place = await this.place();
    if (!this.releases.has(run.id)) this.releases.set(run.id, await hold(runLock(run.id)));
    if (fresh) await removeFrom(place.runs, run.id);
    const folder = await place.runs.getDirectoryHandle(run.id, { create: true });
    await writeRun(folder, { version: 1, ...run });
    // Without copies its files are asked for.
    this.copier(run.id, drops).catch(() => {});
    return Slots.open(folder);
  }

  /** A run is over or given up, and not gone on with. */
  async forget(id: string): Promise<void> {
    try {
      const place = await this.place();
      await removeFrom(place.runs, id);
      await sweep(place);
    } catch {
      // Where nothing can be kept there is nothing to forget.
    }
    this.release(id);
  }

  /** The run has ended, but can be gone on with. */
  release(id: string): void {
    this.releases.get(id)?.();
    this.releases.delete(id);
  }

  /** Runs that no living tab has, the latest first. */
  async kept(): Promise<KeptRun[]> {
    try {
      const place = await this.place();
      const held = await heldLocks();
      const ids = (await foldersIn(place.runs)).filter((id) => !held.has(runLock(id)));
      const runs = await Promise.all(ids.map((id) => keptRun(place, id)));
      const useless = ids.filter((_, index) => runs[index] === null);
      for (const id of useless) await removeFrom(place.runs, id);
      await sweep(place);
      return runs.flatMap((run) => run ?? []).sort((a, b) => b.started - a.started);
    } catch {
      return [];
    }
  }

  /** Drops that bring the files of a run; null unless there are whole copies of all. */
  async dropsOf(id: string): Promise<DroppedFile[][] | null> {
    try {
      const place = await this.place();
      const drops = await dropsOf(place, id);
      if (drops) await holdCopies(place, id);
      return drops;
    } catch {
      return null;
    }
  }

  async storage(): Promise<StorageUse> {
    const { quota } = await roomHere();
    try {
      const { runs, files } = await this.place();
      const bytes = (await bytesBelow(runs)) + (await bytesBelow(files));
      return { runs: (await foldersIn(runs)).length, bytes, quota, refused: false };
    } catch {
      return { runs: 0, bytes: 0, quota, refused: true };
    }
  }

  /** Removes everything but the runs that living tabs train. */
  async clear(): Promise<void> {
    try {
      const place = await this.place();
      const held = await heldLocks();
      for (const id of await foldersIn(place.runs)) if (!held.has(runLock(id))) await removeFrom(place.runs, id);
      await sweep(place);
    } catch {
      // Where nothing can be kept there is nothing to remove.
    }
  }
}

/** Null for what nobody can go on with: without a state, damaged, or too old. */
async function keptRun({ runs, files }: Place, id: string): Promise<KeptRun | null> {
  const folder = await runs.getDirectoryHandle(id);
  const [run, [newest]] = [await readRun(folder), await notesIn(folder)];
  if (!run || !newest || Date.now() - run.started > longest) return null;
  const { recipe, colours, origin, started, needs } = run;
  const { step, steps } = newest.note;
  const copied = (await dropsOf({ runs, files }, id)) !== null;
  return { id, recipe, colours, origin, started, needs, step, steps, copied };
}
