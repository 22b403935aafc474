/** What the picture of the SuperNet is of: the run that the stage shows, or, before one, the recipe of the cards. */
import type { MethodRecipe } from '../../engine/recipe.ts';
import type { SourceInfo } from '../../worker/protocol.ts';
import type { Draft } from '../recipe/draft.ts';
import { toRecipe } from '../recipe/draft.ts';
import type { Run } from '../runs/run.ts';

export interface Subject {
  run: Run | null;
  method: MethodRecipe;
  sources: { file: string; name: string; colour: number }[];
  /** What is known of the sources' files, in their order; shorter where a file was removed. */
  infos: SourceInfo[];
}

/** Null while there is nothing to merge. */
export function subjectOf(run: Run | null, draft: Draft, files: Readonly<Record<string, SourceInfo>>): Subject | null {
  const infosOf = (sources: readonly { file: string }[]) => sources.flatMap(({ file }) => files[file] ?? []);
  if (run) {
    const { sources, method } = run.recipe;
    const coloured = sources.map(({ file, name }, index) => ({ file, name, colour: run.colours[index] ?? index }));
    return { run, method, sources: coloured, infos: infosOf(sources) };
  }
  if (draft.sources.length < 2) return null;
  const infos = infosOf(draft.sources);
  const { method } = toRecipe(draft, '', infos[0]?.architecture ?? null);
  const sources = draft.sources.map(({ file, name, colour }) => ({ file, name, colour }));
  return { run, method, sources, infos };
}

/** Whether there are M and U that fold. */
export const folds = (subject: Subject | null): boolean => subject?.method.name === 'fs-merge';
