import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import type { MatrixInfo } from '../../../worker/protocol-matrices.ts';
import { Choice } from '../../components/inputs/Choice.tsx';
import { useUi } from '../../stores/ui.ts';
import { tooltip } from '../../text/controls/control.ts';
import { matrixControls } from '../../text/controls/stage.ts';
import { count, significant } from '../../text/numbers.ts';
import { colourTable } from './colour-scale.ts';
import type { ColumnProps } from './MatrixColumn.tsx';
import { MatrixColumn } from './MatrixColumn.tsx';
import { ScaleLegend } from './ScaleLegend.tsx';
import { sharedView } from './shared-view.ts';
import { largestZoom, whole, zoomAt, zoomStep } from './view.ts';

interface Props {
  /** One matrix, of one run or of several side by side; at least one. */
  columns: readonly (ColumnProps & { id: string })[];
  /** Size of the largest entry of the layer, in all of them. */
  largest: number;
  options: LookOptions;
  onOptions: (options: LookOptions) => void;
  /** Which other runs are shown, and which time. */
  children: ReactNode;
}

/** How pictures are drawn. */
export interface LookOptions {
  /** How many times before the largest entry the colours end. */
  contrast: '1' | '4' | '16';
  /** Whether merged features are ordered by their strongest source. */
  sorted: boolean;
}

const contrasts = (['1', '4', '16'] as const).map((value) => ({ value, label: `${value}×` }));

const roles = {
  M: 'M merges: its rows are the features of all sources, block by block; its columns are the features of the merged network.',
  U: 'U unmerges: its rows are the features of the merged network; its columns are guesses of the features of all sources.',
};

/** The chosen matrix: pictures, colours, what it is. */
export function MatrixStage({ columns, largest, options, onOptions, children }: Props) {
  const { contrast, sorted } = options;
  const [shared] = useState(sharedView);
  const dark = useUi((state) => state.dark);
  const end = largest / Number(contrast);
  const look = useMemo(() => ({ table: colourTable(dark), end, sorted }), [dark, end, sorted]);
  const { group, label, rows, columns: across, step, role } = columns[0]?.matrix ?? nothing;
  const zoom = (factor: number) =>
    shared.setState(({ view }) => ({ view: zoomAt(view, factor, 0.5, 0.5, largestZoom({ rows, columns: across })) }));
  return (
    <section className="panel-box matrix-stage" aria-labelledby="matrix-title" data-columns={columns.length}>
      <header>
        <h3 id="matrix-title">
          {group} · {label}
        </h3>
        <span className="quiet" data-testid="matrix-size">
          {count(rows)} × {count(across)} · after {count(step)} steps
        </span>
      </header>
      {children}
      <div className="matrix-tools">
        <ScaleLegend table={look.table} end={significant(end)} clipped={contrast !== '1'} />
        <Choice
          label={matrixControls.contrast.label}
          options={contrasts}
          value={contrast}
          onChange={(value) => onOptions({ ...options, contrast: value })}
        />
        <fieldset className="zoom-buttons">
          <legend>Zoom</legend>
          <button
            type="button"
            className="button small"
            aria-label={matrixControls.zoomOut.label}
            onClick={() => zoom(1 / zoomStep)}
          >
            −
          </button>
          <button
            type="button"
            className="button small"
            title={tooltip(matrixControls.zoomAll)}
            onClick={() => shared.setState({ view: whole })}
          >
            {matrixControls.zoomAll.label}
          </button>
          <button
            type="button"
            className="button small"
            aria-label={matrixControls.zoomIn.label}
            onClick={() => zoom(zoomStep)}
          >
            +
          </button>
        </fieldset>
        <button
          type="button"
          className="button small"
          aria-pressed={sorted}
          title={tooltip(matrixControls.sortBySource)}
          onClick={() => onOptions({ ...options, sorted: !sorted })}
        >
          {matrixControls.sortBySource.label}
        </button>
      </div>
      <div className="matrix-columns">
        {columns.map(({ id, ...column }) => (
          <MatrixColumn key={id} {...column} look={look} shared={shared} beside={columns.length > 1} />
        ))}
      </div>
      <p className="hint">
        {roles[role]} At the right and below: the sums of rows and of columns, in colours of their own scale.
      </p>
    </section>
  );
}

const nothing: Pick<MatrixInfo, 'group' | 'label' | 'rows' | 'columns' | 'role'> & { step: number } = {
  group: '',
  label: '',
  rows: 0,
  columns: 0,
  role: 'M',
  step: 0,
};
