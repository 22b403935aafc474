/** The SuperNets of a merge: one over all sources, or one for each source that is added (docs/method.md "Many sources"). */
import { alignArchitectures } from '../../alignment/align.ts';
import { mergedArchitecture } from '../../architectures/fold-plan.ts';
import type { Architecture } from '../../architectures/model.ts';
import type { AlignmentOptions, FsMergeOptions } from '../../recipe.ts';

export interface Stage {
  /** The source of each network that is merged; null: the merge so far. */
  bodies: (number | null)[];
  /** Tasks that the merged network does after this stage: the first so many. */
  tasks: number;
}

type StageOptions = Pick<FsMergeOptions, 'order' | 'initialisation' | 'warmStart'>;

/**
 * Together: one stage. Sequential: sources 1 and 2, then the result and source 3, …; from a saved SuperNet only the last of
 * these, which it is of.
 */
export function stagesOf(sources: number, { order, initialisation, warmStart }: StageOptions): Stage[] {
  const all = Array.from({ length: sources }, (_, source) => source);
  if (order === 'together') return [{ bodies: all, tasks: sources }];
  const stages = all.slice(1).map((source) => ({ bodies: [source === 1 ? 0 : null, source], tasks: source + 1 }));
  return initialisation === 'warm' && warmStart?.from === 'supernet' ? stages.slice(-1) : stages;
}

/** The body that sees the images of each task: its own source's, or the merge so far. */
export const bodiesOfTasks = ({ bodies, tasks }: Stage): number[] =>
  Array.from({ length: tasks }, (_, task) => (bodies.length === tasks ? task : task < tasks - 1 ? 0 : 1));

/** Architectures of a stage: of its bodies, of the sources whose features it guesses, of what comes out. */
export interface StageShape {
  bodies: Architecture[];
  tasks: Architecture[];
  merged: Architecture;
}

export function stageShape(
  { bodies, tasks }: Stage,
  architectures: readonly Architecture[],
  { merged: size }: Pick<FsMergeOptions, 'merged'>,
  alignment: AlignmentOptions,
): StageShape {
  const aligned = alignArchitectures(architectures, alignment);
  const shape = (count: number) => mergedArchitecture(aligned.slice(0, count), size);
  return {
    bodies: bodies.map((source) => (source === null ? shape(tasks - 1) : (aligned[source] ?? shape(tasks)))),
    tasks: aligned.slice(0, tasks),
    merged: shape(tasks),
  };
}
