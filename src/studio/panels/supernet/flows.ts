/** The curves between a source's layers and the bars on the stream. */
import type { Bar, Box, Column, Layout } from './layout.ts';

type Point = readonly [along: number, across: number];

export interface Flow {
  key: string;
  source: number;
  /** What it carries, 0 to 1; null where nobody knows. */
  share: number | null;
  /** Start on the bar, control point, end at the box. */
  points: readonly [Point, Point, Point];
}

/** From every bar to the layer of each source that has a block in it. */
export function flowsOf(column: Column, { above, lanes }: Pick<Layout, 'above' | 'lanes'>): Flow[] {
  return column.bars.flatMap(({ matrix, box }) =>
    matrix.owners.flatMap((source, block): Flow[] => {
      const target = source === null ? undefined : column.boxes[source];
      if (source === null || !target) return [];
      const share = matrix.shares ? (matrix.shares[block] ?? 0) : null;
      const points = curve({ matrix, box }, target, source, above, lanes.length);
      return [{ key: `${matrix.name} ${source}`, source, share, points }];
    }),
  );
}

/** Off the bar across the lanes, then along the own lane into the box: past nearer lanes, never through their boxes. */
function curve({ matrix, box }: Bar, target: Box, source: number, above: number, sources: number): Flow['points'] {
  const isAbove = source < above;
  const onSide = isAbove ? above : sources - above;
  const nearest = isAbove ? above - 1 - source : source - above;
  const place = (nearest + 1) / (onSide + 1);
  const along = box.along + box.length * (matrix.role === 'U' ? 1 - place : place);
  const middle = target.across + target.thickness / 2;
  return [
    [along, isAbove ? box.across : box.across + box.thickness],
    [along, middle],
    [matrix.role === 'U' ? target.along : target.along + target.length, middle],
  ];
}

export function flowPath([from, turn, to]: Flow['points'], vertical: boolean): string {
  const point = ([along, across]: Point) => (vertical ? `${across} ${along}` : `${along} ${across}`);
  return `M${point(from)}Q${point(turn)} ${point(to)}`;
}
