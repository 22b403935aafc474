/** Copies the files of a run beside its training. */
import '../strict.ts';
import { expose } from 'comlink';
import type { DroppedFile } from '../protocol-files.ts';
import { copyDrops } from './copies.ts';
import { browserRoot, openPlace } from './place.ts';

export interface CopierApi {
  copy(run: string, drops: readonly (readonly DroppedFile[])[]): Promise<void>;
}

expose({
  copy: async (run, drops) => copyDrops(await openPlace(browserRoot), run, drops),
} satisfies CopierApi);
