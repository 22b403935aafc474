import type { ReactNode } from 'react';
import { useRef } from 'react';
import type { DroppedFile } from '../../../worker/protocol.ts';
import { chosenFiles } from '../../actions/dropped.ts';

interface Props {
  children: ReactNode;
  onFiles: (files: DroppedFile[]) => void;
  className?: string;
  /** Names the hidden file input. */
  label: string;
  /** Chooses a folder with all that is in it, instead of files. */
  folder?: boolean;
}

/** A button that opens the browser's file dialog. */
export function FileButton({ children, onFiles, className = 'button', label, folder = false }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        {...(folder ? { webkitdirectory: '' } : {})}
        hidden
        aria-label={label}
        data-testid={folder ? 'folder-input' : 'file-input'}
        onChange={(event) => {
          onFiles(chosenFiles(event.target.files ?? []));
          event.target.value = ''; // the same file can be chosen again
        }}
      />
    </>
  );
}
