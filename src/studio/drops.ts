/** What was dropped on this page, in its order: a worker that takes another's place reads it again. */
import type { DroppedFile, LoadResult } from '../worker/protocol.ts';

const drops: (readonly DroppedFile[])[] = [];

/** Nothing that was understood needs nothing again, but for files that wait for others. */
export function rememberDrop(files: readonly DroppedFile[], loaded: LoadResult): void {
  const { sources, changed, images, superNets, texts, waiting } = loaded;
  const brought = [sources, changed, images, superNets, texts, waiting].some((all) => all.length > 0);
  if (brought) drops.push(files);
}

export const rememberedDrops = (): readonly (readonly DroppedFile[])[] => drops;
