import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import type { MakeDrawing } from './painter.ts';
import { Painter } from './painter.ts';

interface Props {
  /** What it shows, for those who do not see it. */
  label: string;
  /** Drawn anew whenever this is another function. */
  draw: MakeDrawing;
  /** The same numbers as a table; called only while it is unfolded. */
  table: () => ReactNode;
}

/** A Plotly chart with a table behind it. */
export function Chart({ label, draw, table }: Props) {
  const [unfolded, setUnfolded] = useState(false);
  const element = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  useEffect(() => {
    if (!element.current) return;
    const own = new Painter(element.current);
    painter.current = own;
    return () => own.dispose();
  }, []);
  useEffect(() => painter.current?.paint(draw), [draw]);
  return (
    <>
      <div ref={element} className="chart" role="img" aria-label={label} />
      <details className="quiet-details chart-table" onToggle={(event) => setUnfolded(event.currentTarget.open)}>
        <summary>The numbers as a table</summary>
        {unfolded && table()}
      </details>
    </>
  );
}
