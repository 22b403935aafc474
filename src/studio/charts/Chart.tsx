import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import type { Drawing } from './painter.ts';
import { Painter } from './painter.ts';

interface Props {
  /** What it shows, for those who do not see it. */
  label: string;
  drawing: Drawing;
  /** The same numbers as a table. */
  table: ReactNode;
}

/** A Plotly chart with a table behind it. */
export function Chart({ label, drawing, table }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  useEffect(() => {
    if (!element.current) return;
    const own = new Painter(element.current);
    painter.current = own;
    return () => own.dispose();
  }, []);
  useEffect(() => painter.current?.paint(drawing), [drawing]);
  return (
    <>
      <div ref={element} className="chart" role="img" aria-label={label} />
      <details className="quiet-details chart-table">
        <summary>The numbers as a table</summary>
        {table}
      </details>
    </>
  );
}
