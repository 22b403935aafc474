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
  /** Tooltip of the button. */
  title?: string;
  testId?: string;
}

/** A button that opens the browser's file dialog. */
export function FileButton(props: Props) {
  const { children, onFiles, className = 'button', label, folder = false, title } = props;
  const { testId = folder ? 'folder-input' : 'file-input' } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} title={title} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        {...(folder ? { webkitdirectory: '' } : {})}
        hidden
        aria-label={label}
        data-testid={testId}
        onChange={(event) => {
          onFiles(chosenFiles(event.target.files ?? []));
          event.target.value = ''; // the same file can be chosen again
        }}
      />
    </>
  );
}
