import { useState } from 'react';
import { copyText } from '../../actions/clipboard.ts';
import { Icon } from '../../components/Icon.tsx';
import type { CompareRow, Comparison } from '../../runs/compare.ts';
import type { TableFormat } from '../../runs/table-text.ts';
import { tableAs } from '../../text/controls/stage.ts';

interface Props {
  comparison: Comparison;
  /** In the order that they are shown in. */
  rows: readonly CompareRow[];
}

const formats: readonly { format: TableFormat; name: string }[] = [
  { format: 'csv', name: 'CSV' },
  { format: 'markdown', name: 'Markdown' },
  { format: 'latex', name: 'LaTeX' },
];

/** The table as text: into the clipboard, and shown, where a browser keeps its clipboard to itself. */
export function CopyTable({ comparison, rows }: Props) {
  const [made, setMade] = useState<{ name: string; text: string; copied: boolean } | null>(null);
  const copy = async (format: TableFormat, name: string) => {
    // Its writer of CSV is needed here only.
    const { tableText } = await import('../../runs/table-text.ts');
    const text = tableText(comparison, rows, format);
    setMade({ name, text, copied: await copyText(text) });
  };
  return (
    <div className="copy-table">
      <span className="quiet">Copy as</span>
      {formats.map(({ format, name }) => (
        <button key={format} type="button" className="button quiet small" onClick={() => void copy(format, name)}>
          <Icon name="copy" /> {name}
        </button>
      ))}
      <span className="quiet" role="status">
        {made && (made.copied ? `Copied as ${made.name}.` : 'The browser did not let it be copied: take it from here.')}
      </span>
      {made && (
        <textarea
          readOnly
          rows={Math.min(10, made.text.split('\n').length + 1)}
          aria-label={tableAs(made.name)}
          value={made.text}
          onFocus={(event) => event.target.select()}
        />
      )}
    </div>
  );
}
