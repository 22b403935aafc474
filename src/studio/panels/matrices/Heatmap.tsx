import type { CSSProperties, KeyboardEvent, PointerEvent } from 'react';
import { useEffect, useRef } from 'react';
import type { MatrixValues } from '../../../worker/protocol.ts';
import { sourceColour } from '../../components/SourceMark.tsx';
import type { Block } from './blocks.ts';
import type { Cell } from './cells.ts';
import { cellAt, moveCell } from './cells.ts';
import { paintPixels } from './colour-scale.ts';

interface Props {
  matrix: MatrixValues;
  blocks: readonly Block[];
  /** Colours from −end to end. */
  table: Uint32Array;
  end: number;
  /** The entry that is looked at. */
  cell: Cell | null;
  onCell: (cell: Cell | null) => void;
}

/** One matrix as a picture: every entry a pixel, blocks of the sources marked; pointer and arrow keys choose an entry. */
export function Heatmap({ matrix, blocks, table, end, cell, onCell }: Props) {
  const { rows, columns, values, role, bounds } = matrix;
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const image = new ImageData(paintPixels(values, end, table), columns, rows);
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [values, end, table, columns, rows]);

  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onCell(cellAt((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, matrix));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveCell(cell, event.key, event.shiftKey ? 10 : 1, matrix);
    if (!next) return;
    event.preventDefault();
    onCell(next);
  };
  const percentX = (column: number) => `${(column / columns) * 100}%`;
  const percentY = (row: number) => `${(row / rows) * 100}%`;
  return (
    <div
      className="heatmap"
      role="application"
      aria-label={`Heatmap of ${matrix.group} ${matrix.label}, ${rows} rows and ${columns} columns`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk over its entries
      tabIndex={0}
      style={{ '--rows': rows, '--columns': columns } as CSSProperties}
      onPointerDown={point}
      onPointerMove={point}
      onPointerLeave={() => onCell(null)}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} width={columns} height={rows} data-testid="heatmap" />
      {blocks.map((block, index) => {
        const [from = 0, to = 0] = bounds.slice(index, index + 2);
        const style =
          role === 'M'
            ? { top: percentY(from), height: percentY(to - from) }
            : { left: percentX(from), width: percentX(to - from) };
        return (
          <span
            key={block.id}
            className="block"
            data-role={role}
            style={{ ...style, color: sourceColour(block.colour) }}
            title={block.name}
          />
        );
      })}
      {cell && (
        <span
          className="cell"
          style={{ left: percentX(cell.column), top: percentY(cell.row), width: percentX(1), height: percentY(1) }}
        />
      )}
    </div>
  );
}
