import type { DragEvent, ReactNode } from 'react';
import { useState } from 'react';
import { takeDrop } from '../actions/files.ts';

interface Props {
  /** The source whose images are dropped here. */
  source: string;
  className?: string;
  children: ReactNode;
}

/** A place on the page where dropped images belong to one source. */
export function DropTarget({ source, className = '', children }: Props) {
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault(); // tells the page that the drop is taken
    setOver(false);
    void takeDrop(event.dataTransfer, source);
  };
  return (
    <li
      className={className}
      data-over={over || undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {children}
    </li>
  );
}
