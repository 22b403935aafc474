/** Checkpoints read without a browser, as a drop on the page reads them. */
import { openAsBlob } from 'node:fs';
import type { DecodeImage } from '../src/engine/datasets/files/image-reader.ts';
import { StudioError } from '../src/engine/errors.ts';
import { Library } from '../src/engine/intake/library.ts';
import { blobSource } from '../src/engine/tensors/byte-source.ts';
import { describeTaken } from '../src/worker/describe.ts';
import type { LoadResult } from '../src/worker/protocol.ts';
import { MergeFailed } from './errors.ts';
import type { HandedFile } from './files.ts';

export interface Opened {
  library: Library;
  loaded: LoadResult;
}

/** Throws `MergeFailed` where nothing of it is understood. */
export async function openFiles(files: readonly HandedFile[]): Promise<Opened> {
  const library = new Library();
  const named = await Promise.all(
    files.map(async ({ path, name }) => ({ name, source: blobSource(await openAsBlob(path)) })),
  );
  const taken = await library.take(named, { decode: noPictures });
  const loaded = describeTaken(taken, (id) => library.source(id));
  const [error] = loaded.errors;
  if (error && taken.loaded.length === 0) throw new MergeFailed(error);
  return { library, loaded };
}

const noPictures: DecodeImage = async () => {
  throw new StudioError({
    kind: 'images',
    message: 'Pictures are only decoded in a browser.',
    advice: 'Look at them in the studio, or give the images as npz, IDX or CIFAR files.',
  });
};
