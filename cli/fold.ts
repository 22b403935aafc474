/** `fs-merge fold`: M and U of a saved SuperNet folded into one plain network, without training. */
import { dirname, resolve } from 'node:path';
import { recipeSchema } from '../src/engine/recipe.ts';
import { openFiles } from './checkpoints.ts';
import { UsageError } from './errors.ts';
import { handedBy } from './files.ts';
import type { RunOptions } from './run.ts';
import { runGiven } from './run.ts';

/** Needs the sources' files, beside the SuperNet or among `--files`. Throws `UsageError` or `MergeFailed`. */
export async function foldSuperNet(
  given: string,
  out: string,
  options: Omit<RunOptions, 'out' | 'set'>,
): Promise<void> {
  const handed = handedBy(given);
  const { loaded } = await openFiles(handed);
  const [only] = loaded.superNets;
  if (only?.recipe.method.name !== 'fs-merge')
    throw new UsageError(
      `${given} is no saved SuperNet: save one with fs-merge run --supernet FILE, or on the tab Export.`,
    );
  const { recipe, kind, rank, order, file } = only;
  const warm = { initialisation: 'warm', warmStart: { from: 'supernet', file }, epochs: 0, patience: null };
  const folded = recipeSchema.parse({ ...recipe, method: { ...recipe.method, kind, rank, order, ...warm } });
  const found = { recipe: folded, folders: [dirname(resolve(given))], files: [] };
  await runGiven(found, { ...options, files: [...options.files, given], out, set: [] });
}
