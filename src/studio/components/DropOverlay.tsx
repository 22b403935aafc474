import { useEffect, useState } from 'react';
import { takeFiles } from '../actions/files.ts';
import { Icon } from './Icon.tsx';

/** Takes files that are dropped anywhere, and says so while they are dragged over the page. */
export function DropOverlay() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0; // every element that is entered reports, also inside another
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth--;
      if (depth <= 0) end();
    };
    const hover = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const end = () => {
      depth = 0;
      setOver(false);
    };
    const drop = (event: DragEvent) => {
      end();
      if (event.defaultPrevented || !hasFiles(event)) return; // a source has taken it
      event.preventDefault();
      void takeFiles([...(event.dataTransfer?.files ?? [])]);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener);
    return () => {
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-overlay" data-testid="drop-overlay" role="status">
      <p>
        <Icon name="file" /> Drop checkpoints (.safetensors, .pt, .npz) and images (.npz) anywhere; images on a source
        belong to it.
      </p>
    </div>
  );
}
