import type { ReactNode } from 'react';
import { useRef } from 'react';

interface Props {
  children: ReactNode;
  onFiles: (files: File[]) => void;
  className?: string;
  /** Names the hidden file input. */
  label: string;
}

/** A button that opens the browser's file dialog. */
export function FileButton({ children, onFiles, className = 'button', label }: Props) {
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
        hidden
        aria-label={label}
        data-testid="file-input"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = ''; // the same file can be chosen again
        }}
      />
    </>
  );
}
