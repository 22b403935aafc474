/** Handing files to the worker. */
import type { DroppedFile, LoadResult } from '../../worker/protocol.ts';
import { rememberDrop } from '../drops.ts';
import { attempt, client } from '../session.ts';
import { addLoaded, useFiles } from '../stores/files.ts';
import { withoutProblemsOf } from '../stores/recipe.ts';
import { plural } from '../text/numbers.ts';
import { tellFileError } from './tell-file-error.ts';

let reading: Promise<unknown> = Promise.resolve();

/** Reads one drop after the other, in their order. */
export function loadFiles(files: readonly DroppedFile[]): Promise<LoadResult | null> {
  const next = reading.then(() => readFiles(files));
  reading = next;
  return next;
}

/** Hands files to the worker and keeps what it understood; tells about the others. Null when the worker itself failed. */
async function readFiles(files: readonly DroppedFile[]): Promise<LoadResult | null> {
  useFiles.setState({
    loading: files.length === 1 ? `Reading ${files[0]?.path}` : `Reading ${plural(files.length, 'file')}`,
  });
  const loaded = await attempt(tellFileError, () => client.load([...files]));
  useFiles.setState({ loading: null });
  if (!loaded) return null;
  addLoaded(loaded);
  rememberDrop(files, loaded);
  withoutProblemsOf([...loaded.sources, ...loaded.images, ...loaded.superNets, ...loaded.texts].map(({ id }) => id));
  loaded.errors.forEach(tellFileError);
  return loaded;
}
