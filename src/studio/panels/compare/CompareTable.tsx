import type { CSSProperties } from 'react';
import { useState } from 'react';
import { removeRun } from '../../actions/runs.ts';
import { Icon } from '../../components/Icon.tsx';
import { IconButton } from '../../components/IconButton.tsx';
import { SourceMark, sourceColour } from '../../components/SourceMark.tsx';
import type { CompareRow, Comparison } from '../../runs/compare.ts';
import type { Column, Order } from '../../runs/compare-columns.ts';
import { bestOf, columnsOf, isMerged, nextOrder, sortedRows } from '../../runs/compare-columns.ts';
import { tooltip } from '../../text/controls/control.ts';
import { compareControls, removeRunNamed } from '../../text/controls/stage.ts';
import { methodNames } from '../../text/describe.ts';
import { count, percentOrNone } from '../../text/numbers.ts';
import { CopyTable } from './CopyTable.tsx';

/** One table for one setting: same sources, same images. */
export function CompareTable({ comparison }: { comparison: Comparison }) {
  const { colours } = comparison;
  const [order, setOrder] = useState<Order | null>(null);
  const columns = columnsOf(comparison);
  const rows = sortedRows(comparison.rows, columns, order);
  const best = columns.map((column) => bestOf(column, rows));
  const heading = (key: string) => ({ sort: order?.key === key ? order.direction : undefined, key });
  const sort = (key: string) => setOrder(nextOrder(order, key, columns));
  return (
    <>
      <div className="table-scroll">
        <table className="compare-table" data-testid="compare-table">
          <thead>
            <tr>
              <Heading {...heading('model')} title="model" onSort={() => sort('model')} />
              {columns.map(({ key, title, task, unit }) => (
                <Heading
                  {...heading(key)}
                  key={key}
                  title={title}
                  colour={task === null ? null : (colours[task] ?? task)}
                  right={unit !== '%'}
                  onSort={() => sort(key)}
                />
              ))}
              <th scope="col">
                <span className="only-read">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} data-kind={row.kind} data-testid={`compare-${row.kind}`}>
                <th scope="row">
                  <RowName row={row} colours={colours} />
                </th>
                {columns.map((column, index) => (
                  <Cell
                    key={column.key}
                    row={row}
                    column={column}
                    colour={column.task === null ? 'var(--quiet)' : sourceColour(colours[column.task] ?? column.task)}
                    best={best[index] ?? null}
                    tasks={comparison.tasks}
                  />
                ))}
                <td className="actions">
                  {row.kind !== 'source' && (
                    <IconButton icon="close" label={removeRunNamed(row.name)} onClick={() => void removeRun(row.key)} />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <CopyTable comparison={comparison} rows={rows} />
    </>
  );
}

interface HeadingProps {
  title: string;
  /** Of a task; null and undefined: none. */
  colour?: number | null;
  right?: boolean;
  sort: Order['direction'] | undefined;
  onSort: () => void;
}

function Heading({ title, colour, right, sort, onSort }: HeadingProps) {
  return (
    <th scope="col" aria-sort={sort} className={right ? 'right' : undefined}>
      <button type="button" className="sort" title={tooltip(compareControls.sortColumn)} onClick={onSort}>
        {colour != null && <SourceMark colour={colour} />} {title}
        {sort && <Icon name={sort === 'ascending' ? 'up' : 'down'} />}
      </button>
    </th>
  );
}

function RowName({ row, colours }: { row: CompareRow; colours: readonly number[] }) {
  if (row.kind === 'source') {
    return (
      <>
        <SourceMark colour={colours[row.source ?? 0] ?? 0} /> {row.name} <span className="quiet">source</span>
      </>
    );
  }
  if (row.kind !== 'fs-merge' && row.kind !== 'distillation') return row.name;
  return (
    <>
      {methodNames[row.kind]} · {row.name}
      {row.live && <span className="badge">live</span>}
    </>
  );
}

interface CellProps {
  row: CompareRow;
  column: Column;
  colour: string;
  /** Of the column. */
  best: number | null;
  tasks: readonly string[];
}

function Cell({ row, column, colour, best, tasks }: CellProps) {
  const value = column.value(row);
  const text = value === null ? '–' : column.text(value);
  if (column.unit !== '%') return <td className="right">{text}</td>;
  const isBest = value !== null && value === best && isMerged(row);
  const style = { '--share': `${Math.min(1, value ?? 0) * 100}%`, '--bar': colour } as CSSProperties;
  return (
    <td className="bar-cell" data-best={isBest || undefined} style={style} title={note(row, column, tasks)}>
      <span>{text}</span>
    </td>
  );
}

/** What a cell's number is, in full. */
function note({ score, reconstruction }: CompareRow, { key, task }: Column, tasks: readonly string[]): string {
  if (key === 'reconstruction') {
    return reconstruction.map((error, index) => `${tasks[index]} ${percentOrNone(error)}`).join(', ') || 'not measured';
  }
  if (task === null) return 'among the classes of all tasks';
  if (score.perTask[task] === null) return `${tasks[task]}: its head reads features of another width`;
  const joint = percentOrNone(score.jointPerTask[task]);
  return `${tasks[task]}: ${joint} among the classes of all tasks, ${count(score.images[task] ?? 0)} images`;
}
