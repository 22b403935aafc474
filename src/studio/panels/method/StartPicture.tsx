import type { Initialisation } from '../../../engine/recipe.ts';

import { sourceColour } from '../../components/SourceMark.tsx';

interface Props {
  start: Initialisation;
  /** Colours of the sources; two while there are none. */
  colours: readonly number[];
}

/** Cells on a side of one source's block. */
const side = 6;
/** More blocks than these would be too small to see. */
const mostBlocks = 3;
const gap = 3;

/** M (blocks on top of one another) and U (side by side) as an initialisation makes them, as a small picture. */
export function StartPicture({ start, colours }: Props) {
  const shown = (colours.length < 2 ? [0, 1] : colours).slice(0, mostBlocks);
  const long = shown.length * side;
  return (
    <span className="start-picture">
      <svg viewBox={`0 0 ${side + gap + long} ${long}`} aria-hidden="true">
        <rect className="ground" width={side} height={long} />
        <rect className="ground" x={side + gap} width={long} height={side} />
        {shown.map((colour, source) => (
          <g key={colour} fill={sourceColour(colour)}>
            <Block start={start} matrix="M" source={source} of={shown.length} x={0} y={source * side} />
            <Block start={start} matrix="U" source={source} of={shown.length} x={side + gap + source * side} y={0} />
          </g>
        ))}
      </svg>
      {start}
    </span>
  );
}

interface BlockProps {
  start: Initialisation;
  matrix: 'M' | 'U';
  source: number;
  of: number;
  x: number;
  y: number;
}

function Block({ start, matrix, source, of, x, y }: BlockProps) {
  const cells = Array.from({ length: side * side }, (_, index) => ({
    row: Math.floor(index / side),
    column: index % side,
  }));
  return cells.map(({ row, column }) => {
    const opacity =
      start === 'random'
        ? noise(row, column, source, matrix)
        : start === 'warm'
          ? learned(row, column, source, matrix)
          : row === column
            ? diagonal(start, matrix, source, of)
            : 0;
    return (
      opacity > 0 && <rect key={`${row} ${column}`} x={x + column} y={y + row} width={1} height={1} opacity={opacity} />
    );
  });
}

/** Some of both: a merge that is there already is neither an identity nor noise. */
function learned(row: number, column: number, source: number, matrix: 'M' | 'U'): number {
  return row === column ? 0.6 : 0.35 * noise(row, column, source, matrix) ** 2;
}

/** What the diagonal starts with: M takes the first source or a share of each, U gives every source the whole feature. */
function diagonal(start: 'first' | 'average', matrix: 'M' | 'U', source: number, of: number): number {
  if (matrix === 'U') return 1;
  if (start === 'average') return 1 / of;
  return source === 0 ? 1 : 0;
}

/** The same noise every time: it is a picture, not a draw. */
function noise(row: number, column: number, source: number, matrix: 'M' | 'U'): number {
  const wave = Math.sin((row * 12.9 + column * 78.2 + source * 37.7 + (matrix === 'M' ? 0 : 5.1)) * 43.7) * 1000;
  return 0.1 + 0.75 * (wave - Math.floor(wave));
}
