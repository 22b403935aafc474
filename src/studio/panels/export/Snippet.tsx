import { useState } from 'react';
import { Icon } from '../../components/Icon.tsx';
import { ScrollArea } from '../../components/ScrollArea.tsx';
import { exportControls } from '../../text/controls/stage.ts';

/** Code that loads the files, to copy. */
export function Snippet({ title, code }: { title: string; code: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <section className="panel-box" aria-labelledby="snippet-title">
      <header>
        <h3 id="snippet-title">{title}</h3>
        <button type="button" className="button quiet small" onClick={() => void copy()}>
          <Icon name={copied ? 'check' : 'copy'} /> {copied ? 'Copied' : exportControls.copyCode.label}
        </button>
      </header>
      <ScrollArea className="snippet" label="Code">
        <pre data-testid="snippet">
          <code>{code}</code>
        </pre>
      </ScrollArea>
    </section>
  );
}
