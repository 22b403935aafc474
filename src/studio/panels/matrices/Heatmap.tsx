import type { CSSProperties, KeyboardEvent } from 'react';
import { useEffect, useMemo, useRef } from 'react';
import type { MatrixPicture, MatrixValues } from '../../../worker/protocol-matrices.ts';
import { usePalette } from '../../charts/use-palette.ts';
import type { Block } from './blocks.ts';
import { placeOf } from './cells.ts';
import { drawHeatmap, margins } from './draw-heatmap.ts';
import { navigation } from './navigate.ts';
import { listenToPointers } from './pointing.ts';
import type { SharedView } from './shared-view.ts';

interface Props {
  matrix: MatrixValues;
  picture: MatrixPicture;
  blocks: readonly Block[];
  shared: SharedView;
  /** Whose matrix it is, where several stand side by side. */
  owner: string | null;
}

/** One matrix as a picture: every entry a pixel or more, blocks of the sources marked; pointers and keys look closer. */
export function Heatmap({ matrix, picture, blocks, shared, owner }: Props) {
  const { rows, columns, role, group, label } = matrix;
  const { order } = picture;
  const element = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const ways = useMemo(() => navigation(shared, { rows, columns, role }, order), [shared, rows, columns, role, order]);

  useEffect(() => {
    const [box, target] = [element.current, canvas.current];
    if (!box || !target || !palette) return;
    const blockColours = blocks.map(({ colour }) => (colour === null ? palette.quiet : palette.source(colour)));
    let frame = 0;
    const draw = () => {
      frame = 0;
      const { view, cell } = shared.getState();
      const mark = cell && placeOf(cell, role, order);
      box.dataset.zoom = view.zoom.toFixed(2);
      drawHeatmap(target, box.clientWidth, box.clientHeight, { ...palette, matrix, picture, view, mark, blockColours });
    };
    const drawSoon = () => {
      frame ||= requestAnimationFrame(draw);
    };
    const unsubscribe = shared.subscribe(drawSoon);
    const observer = new ResizeObserver(drawSoon);
    observer.observe(box);
    draw();
    return () => {
      unsubscribe();
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [matrix, picture, order, role, blocks, palette, shared]);

  useEffect(() => {
    if (element.current) return listenToPointers(element.current, ways);
  }, [ways]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (ways.onKey(event.key, event.shiftKey)) event.preventDefault();
  };
  return (
    <div
      ref={element}
      className="heatmap"
      data-testid="heatmap"
      role="application"
      aria-label={`Heatmap of ${group} ${label}${owner ? ` of ${owner}` : ''}, ${rows} rows and ${columns} columns`}
      aria-description="Arrow keys walk over the entries, with shift ten at a time. Plus and minus zoom, 0 shows all."
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys walk over its entries
      tabIndex={0}
      style={{ '--rows': rows, '--columns': columns } as CSSProperties}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} style={{ left: -margins.start, top: -margins.start }} />
    </div>
  );
}
