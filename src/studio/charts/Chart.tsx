import type { PointerEvent, ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { MakePlot } from './painter.ts';
import { Painter } from './painter.ts';
import { usePalette } from './use-palette.ts';

interface Props {
  /** What it shows, for those who do not see it. */
  label: string;
  /** Drawn anew whenever this is another function. */
  plot: MakePlot;
  /** Whether numbers still come in. */
  live: boolean;
  /** The same numbers as a table; called only while it is unfolded. */
  table: () => ReactNode;
}

/** A chart that can be read and zoomed under the pointer, with a table behind it. */
export function Chart({ label, plot, live, table }: Props) {
  const [unfolded, setUnfolded] = useState(false);
  const palette = usePalette();
  const element = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  useEffect(() => {
    if (!element.current) return;
    const own = new Painter(element.current);
    painter.current = own;
    return () => own.dispose();
  }, []);
  useEffect(() => {
    if (palette) painter.current?.paint({ make: plot, palette });
  }, [plot, palette]);
  return (
    <>
      <div
        ref={element}
        className="chart"
        role="img"
        aria-label={label}
        // A chart that appears under a resting pointer is not entered, but moved over.
        onPointerMove={() => void painter.current?.explore()}
        onPointerLeave={(event) => isOutside(event) && painter.current?.leave(live)}
      />
      <details className="quiet-details chart-table" onToggle={(event) => setUnfolded(event.currentTarget.open)}>
        <summary>Show as table</summary>
        {unfolded && table()}
      </details>
    </>
  );
}

/** Where what lies under the pointer is drawn anew, the browser says that it has left. */
function isOutside({ clientX: x, clientY: y, currentTarget }: PointerEvent): boolean {
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return x <= left || x >= right || y <= top || y >= bottom;
}
