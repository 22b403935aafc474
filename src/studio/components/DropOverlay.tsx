import { useEffect, useState } from 'react';
import { takeDrop } from '../actions/files.ts';
import { useRecipe } from '../stores/recipe.ts';
import { describeDrag } from '../text/describe-drag.ts';
import { Icon } from './Icon.tsx';

/** A drag over the page reports at least this often, in milliseconds; after silence it is over, however it ended. */
const silence = 700;

/** Takes files that are dropped anywhere, and says so while they are dragged over the page. */
export function DropOverlay() {
  const [sentence, setSentence] = useState<string | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      setSentence(null);
    };
    const hover = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // allows the drop
      clearTimeout(timer);
      timer = setTimeout(end, silence);
      setSentence(describeDrag(draggedTypes(event), useRecipe.getState().draft.sources.length));
    };
    const drop = (event: DragEvent) => {
      end();
      if (event.defaultPrevented || !hasFiles(event)) return; // a source has taken it
      event.preventDefault();
      if (event.dataTransfer) void takeDrop(event.dataTransfer);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) end(); // it has left the window
    };
    const listeners = { dragenter: hover, dragover: hover, dragleave: leave, drop };
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name as 'drop', listener);
    return () => {
      clearTimeout(timer);
      for (const [name, listener] of Object.entries(listeners)) window.removeEventListener(name as 'drop', listener);
    };
  }, []);
  if (sentence === null) return null;
  return (
    <div className="drop-overlay" data-testid="drop-overlay" role="status">
      <p>
        <Icon name="file" /> {sentence}
      </p>
    </div>
  );
}

/** MIME types of the dragged things, which is all that a browser tells before they are dropped. */
const draggedTypes = ({ dataTransfer }: DragEvent): string[] =>
  [...(dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file').map(({ type }) => type);

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
