import type { CSSProperties } from 'react';
import { SourceMark, sourceColour } from '../../components/SourceMark.tsx';
import type { CompareRow, Comparison } from '../../runs/compare.ts';
import { bestMerged } from '../../runs/compare.ts';
import { methodNames } from '../../text/describe.ts';
import { count, duration, percentOrNone } from '../../text/numbers.ts';

/** One table for one setting: same sources, same images. */
export function CompareTable({ comparison }: { comparison: Comparison }) {
  const { tasks, colours, rows } = comparison;
  const best = bestMerged(comparison);
  return (
    <div className="table-scroll">
      <table className="compare-table" data-testid="compare-table">
        <thead>
          <tr>
            <th scope="col">Model</th>
            {tasks.map((task, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tasks may share a name
              <th scope="col" key={index}>
                <SourceMark colour={colours[index] ?? index} /> {task}
              </th>
            ))}
            <th scope="col">joint</th>
            <th scope="col" className="right">
              Learned numbers
            </th>
            <th scope="col" className="right">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} data-kind={row.kind} data-testid={`compare-${row.kind}`}>
              <th scope="row">
                <RowName row={row} colours={colours} />
              </th>
              {tasks.map((task, index) => (
                <BarCell
                  // biome-ignore lint/suspicious/noArrayIndexKey: tasks may share a name
                  key={index}
                  share={row.score.perTask[index] ?? null}
                  colour={sourceColour(colours[index] ?? index)}
                  best={isMerged(row) && row.score.perTask[index] === best.perTask[index]}
                  title={
                    row.score.perTask[index] === null
                      ? `${task}: its head reads features of another width`
                      : `${task}: ${percentOrNone(row.score.jointPerTask[index])} among the classes of all tasks, ${count(row.score.images[index] ?? 0)} images`
                  }
                />
              ))}
              <BarCell
                share={row.score.joint}
                colour="var(--quiet)"
                best={isMerged(row) && row.score.joint === best.joint}
                title="joint"
              />
              <td className="right">{row.learnable === null ? '–' : count(row.learnable)}</td>
              <td className="right">{row.seconds === null ? '–' : duration(row.seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isMerged = ({ kind, live }: CompareRow): boolean => !live && kind !== 'source' && kind !== 'ensemble';

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

interface BarProps {
  /** Null: not measurable. */
  share: number | null;
  colour: string;
  best: boolean;
  title: string;
}

function BarCell({ share, colour, best, title }: BarProps) {
  const style = { '--share': `${(share ?? 0) * 100}%`, '--bar': colour } as CSSProperties;
  return (
    <td className="bar-cell" data-best={best || undefined} style={style} title={title}>
      <span>{percentOrNone(share)}</span>
    </td>
  );
}
