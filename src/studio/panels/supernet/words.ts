/** What the picture says in words. */
import type { Initialisation } from '../../../engine/recipe.ts';
import { percent } from '../../text/numbers.ts';
import type { Task } from '../matrices/blocks.ts';
import { blocksOf } from '../matrices/blocks.ts';
import type { Layer, Matrix } from './structure.ts';

/** "digits 61.2 %, clothes 38.8 %"; why there are no numbers, where there are none. */
export function shareWords(matrix: Matrix, tasks: readonly Task[]): string {
  if (!matrix.shares) return 'no shares before the run';
  const blocks = blocksOf(matrix, tasks);
  return matrix.shares.map((share, block) => `${blocks[block]?.name} ${percent(share)}`).join(', ');
}

const roles = {
  M: 'merges the outputs of all sources into one',
  U: 'guesses the inputs of all sources from the merged one',
};

/** "block 2 · attention · M query". */
export const nameOf = ({ group, label }: Matrix): string => `${group} · ${label}`;

export const roleWords = ({ role, label }: Matrix): string =>
  label === 'U features' ? 'guesses the last features of all sources, for their heads' : roles[role];

/** Of a layer that stands for several blocks: mean shares. */
export function groupWords({ place, unmerge, merges }: Layer, tasks: readonly Task[]): string {
  const means = [unmerge, ...merges].flatMap((matrix) =>
    matrix?.shares ? `${matrix.role} ${shareWords(matrix, tasks)}` : [],
  );
  return means.length === 0 ? place : `${place}, on average: ${means.join('; ')}`;
}

export const startWords: Record<Initialisation, string> = {
  first: 'before the run, from first: M takes all from the first source',
  average: 'before the run, from average: M takes as much from each source',
  random: 'before the run, from random: M and U are noise',
  warm: 'before the run: M and U come from a merge that is there already',
};

/** What happens at a moment of the fold; null before it. */
export function foldWords(at: number): string | null {
  if (at === 0) return null;
  if (at < 1) return 'Folding: in every layer W̃ = Σ Mᵢᵀ Wᵢ Uᵢᵀ, so that M and U vanish into one weight.';
  return 'Folded: one plain network is left, with a head for each task.';
}
