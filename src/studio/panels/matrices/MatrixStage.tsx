import { useMemo, useState } from 'react';
import type { MatrixValues } from '../../../worker/protocol.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import { useUi } from '../../stores/ui.ts';
import { count, percent, significant } from '../../text/numbers.ts';
import type { Block } from './blocks.ts';
import type { Cell } from './cells.ts';
import { describeCell } from './cells.ts';
import { colourTable, largestSize } from './colour-scale.ts';
import { Heatmap } from './Heatmap.tsx';
import { ScaleLegend } from './ScaleLegend.tsx';

interface Props {
  matrix: MatrixValues;
  /** Whose its blocks are. */
  blocks: readonly Block[];
  /** How many times before its largest entry the colours end. */
  contrast: Contrast;
  onContrast: (contrast: Contrast) => void;
}

export type Contrast = '1' | '4' | '16';
const contrasts = (['1', '4', '16'] as const).map((value) => ({ value, label: `${value}×` }));

const roles = {
  M: 'M merges: its rows are the features of all sources, block by block; its columns are the features of the merged network.',
  U: 'U unmerges: its rows are the features of the merged network; its columns are guesses of the features of all sources.',
};

/** The chosen matrix: picture, colours, what it is. */
export function MatrixStage({ matrix, blocks, contrast, onContrast }: Props) {
  const { group, label, rows, columns, step, shares, role, values } = matrix;
  const [cell, setCell] = useState<Cell | null>(null);
  const dark = useUi((state) => state.dark);
  const table = useMemo(() => colourTable(dark), [dark]);
  const most = useMemo(() => largestSize(values), [values]);
  const end = most / Number(contrast);
  return (
    <section className="panel-box matrix-stage" aria-labelledby="matrix-title">
      <header>
        <h3 id="matrix-title">
          {group} · {label}
        </h3>
        <span className="quiet" data-testid="matrix-size">
          {count(rows)} × {count(columns)} · after {count(step)} steps
        </span>
      </header>
      <p className="readout" aria-live="polite" data-testid="matrix-readout">
        {cell
          ? describeCell(
              cell,
              matrix,
              blocks.map(({ name }) => name),
            )
          : 'Point at an entry, or walk with the arrow keys.'}
      </p>
      <div className="matrix-body">
        <Heatmap matrix={matrix} blocks={blocks} table={table} end={end} cell={cell} onCell={setCell} />
        <div className="matrix-facts">
          <ScaleLegend table={table} end={significant(end)} clipped={contrast !== '1'} />
          <Choice label="Contrast" options={contrasts} value={contrast} onChange={onContrast} />
          <dl className="scores">
            {blocks.map(({ id, name, colour }, block) => (
              <div key={id}>
                <dt>
                  <SourceMark colour={colour} /> {name}
                </dt>
                <dd>{percent(shares[block] ?? 0)}</dd>
              </div>
            ))}
          </dl>
          <p className="hint">Share of the squared entries. The largest entry is {significant(most)} in size.</p>
          <p className="hint">{roles[role]}</p>
        </div>
      </div>
    </section>
  );
}
