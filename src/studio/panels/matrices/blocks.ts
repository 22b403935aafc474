/** Whose the blocks of a matrix are. */
import type { MatrixInfo } from '../../../worker/protocol.ts';
import type { Run } from '../../runs/run.ts';

export interface Task {
  id: string;
  name: string;
  colour: number;
}

/** A source's block, or that of the merge so far, which has no colour of its own. */
export interface Block {
  id: string;
  name: string;
  colour: number | null;
}

export const blocksOf = ({ owners }: Pick<MatrixInfo, 'owners'>, tasks: readonly Task[]): Block[] =>
  owners.map((owner) =>
    owner === null
      ? { id: 'so far', name: 'merge so far', colour: null }
      : (tasks[owner] ?? { id: String(owner), name: `source ${owner + 1}`, colour: owner }),
  );

export const tasksOf = ({ recipe, colours }: Pick<Run, 'recipe' | 'colours'>): Task[] =>
  recipe.sources.map((source, index) => ({
    id: source.file,
    name: source.name,
    colour: colours[index] ?? index,
  }));
