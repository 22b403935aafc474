/** Files in the places of others. */
import type { BaselineOptions, Draft } from './draft.ts';
import { asChosen } from './draft.ts';
import { methodWithNames, withFileNames } from './files-of.ts';

/** Names the file `id` wherever the recipe names `needed`; a source that it was already takes that place. */
export function withFileInstead(draft: Draft, needed: string, id: string): Draft {
  const name = (file: string) => (file === needed ? id : file);
  const renamed = withFileNames(asChosen(draft), name).sources;
  const isSource = draft.sources.some(({ file }) => file === needed);
  const baselines = Object.entries(draft.baselines).map(([key, options]) => [key, methodWithNames(options, name)]);
  return {
    ...draft,
    sources: draft.sources
      .map((source, index) => ({ ...source, ...renamed[index] }))
      .filter((_, index) => !isSource || draft.sources[index]?.file !== id),
    fsMerge: methodWithNames(draft.fsMerge, name),
    baselines: Object.fromEntries(baselines) as BaselineOptions,
  };
}
