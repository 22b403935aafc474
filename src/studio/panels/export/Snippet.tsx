import { useRef, useState } from 'react';
import { copyText } from '../../actions/clipboard.ts';
import { Icon } from '../../components/Icon.tsx';
import { ScrollArea } from '../../components/ScrollArea.tsx';
import { exportControls } from '../../text/controls/stage.ts';

/** Code that loads the files, to copy. */
export function Snippet({ title, code }: { title: string; code: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const text = useRef<HTMLPreElement>(null);
  const copy = async () => {
    const done = await copyText(code);
    setCopied(done);
    if (done) setTimeout(() => setCopied(null), 2000);
    else if (text.current) getSelection()?.selectAllChildren(text.current);
  };
  return (
    <section className="panel-box" aria-labelledby="snippet-title">
      <header>
        <h3 id="snippet-title">{title}</h3>
        <span className="quiet" role="status">
          {copied === false && 'The browser did not let it be copied: it is selected, copy it from here.'}
        </span>
        <button type="button" className="button quiet small" onClick={() => void copy()}>
          <Icon name={copied ? 'check' : 'copy'} /> {copied ? 'Copied' : exportControls.copyCode.label}
        </button>
      </header>
      <ScrollArea className="snippet" label="Code">
        <pre ref={text} data-testid="snippet">
          <code>{code}</code>
        </pre>
      </ScrollArea>
    </section>
  );
}
