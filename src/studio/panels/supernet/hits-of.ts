/** What of the picture can be pressed, and what is said about it. */
import type { Task } from '../matrices/blocks.ts';
import type { Box, Column, Layout } from './layout.ts';
import { extent } from './layout.ts';
import { groupWords, nameOf, roleWords, shareWords } from './words.ts';

export interface Hit {
  key: string;
  box: Box;
  /** Said when it is pointed at. */
  words: string;
  /** Its name for screen readers. */
  label: string;
  /** A matrix by its name; or, where several blocks are drawn as one, all blocks, of which this is the first that was hidden. */
  opens: string | number;
}

/** Every bar, and every group of blocks as a whole. */
export const hitsOf = ({ columns, thickness }: Layout, tasks: readonly Task[]): Hit[] =>
  columns.flatMap((column): Hit[] =>
    column.layer.stands ? [groupHit(column, column.layer.stands.from, thickness, tasks)] : barHits(column, tasks),
  );

function groupHit(column: Column, block: number, thickness: number, tasks: readonly Task[]): Hit {
  const [from, to] = extent(column);
  const words = groupWords(column.layer, tasks);
  return {
    key: column.layer.key,
    box: { along: from, across: 0, length: to - from, thickness },
    words: `${words}. Press to see every block.`,
    label: `${words}. Show every block`,
    opens: block,
  };
}

const barHits = ({ bars }: Column, tasks: readonly Task[]): Hit[] =>
  bars.map(({ matrix, box }) => {
    const label = `${nameOf(matrix)}: ${shareWords(matrix, tasks)}`;
    const roomy = { ...box, along: box.along - 1, length: box.length + 2 };
    return { key: matrix.name, box: roomy, words: `${label}. It ${roleWords(matrix)}.`, label, opens: matrix.name };
  });
