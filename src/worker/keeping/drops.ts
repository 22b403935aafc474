/** Which files were dropped together: a checkpoint is what it is with the files beside it, and those may come later or before. */
import type { Taken } from '../../engine/intake/library.ts';
import type { DroppedFile } from '../protocol-files.ts';

interface Drop {
  files: readonly DroppedFile[];
  /** What it brought, or told something new about. */
  ids: ReadonlySet<string>;
}

/** Files that may wait for others, as the library has it. */
const mostWaiting = 200;

export class Drops {
  private readonly drops: Drop[] = [];
  /** Of drops that brought nothing yet. */
  private waiting: DroppedFile[] = [];

  add(files: readonly DroppedFile[], { loaded, changed }: Pick<Taken, 'loaded' | 'changed'>): void {
    const ids = new Set([...loaded.map(({ id }) => id), ...changed]);
    const all = [...this.waiting, ...files];
    this.waiting = ids.size > 0 ? [] : all.slice(-mostWaiting);
    if (ids.size > 0) this.drops.push({ files: all, ids });
  }

  /** Those that the files of these names came with, in their order. */
  of(names: readonly string[]): (readonly DroppedFile[])[] {
    return this.drops.filter(({ ids }) => names.some((name) => ids.has(name))).map(({ files }) => files);
  }
}
