import { useId, useState } from 'react';
import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { CloserLook as Look, Misreadings, ModelChoice } from '../../../worker/protocol.ts';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import type { Comparison } from '../../runs/compare.ts';
import { rowTitle } from '../../runs/compare-columns.ts';
import { isBare } from '../../runs/run.ts';
import { attempt, client } from '../../session.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { compareControls } from '../../text/controls/stage.ts';
import type { Asked } from './asked.ts';
import { LookTables } from './LookTables.tsx';
import { Mistakes } from './Mistakes.tsx';

interface Found {
  key: string;
  mistakes: Misreadings | null;
  look: Look | null;
}

/** Accuracy is not all: mistakes, calibration, similarity to the sources and distribution shift of any row. */
export function CloserLook({ tables }: { tables: readonly Comparison[] }) {
  const id = useId();
  const busy = useRuns(isBusy);
  const selected = useRuns((state) => state.selected);
  const restored = useRuns((state) =>
    state.runs
      .filter(isBare)
      .map(({ id: run }) => run)
      .join('\n'),
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const [found, setFound] = useState<Found | null>(null);
  const [problem, setProblem] = useState<StudioErrorInfo | null>(null);
  const [working, setWorking] = useState(false);
  // What was only measured cannot be asked.
  const gone = restored.split('\n');
  const all = tables.flatMap((table) =>
    table.rows
      .filter(({ live, key }) => !live && !gone.includes(key))
      .map((row): Asked => ({ key: `${table.key} ${row.key}`, row, table })),
  );
  const asked =
    all.find(({ key }) => key === chosen) ??
    all.find(({ row }) => row.key === selected) ??
    all.findLast(({ row }) => row.kind !== 'source') ??
    all[0];
  if (!asked) return null;
  const { key } = asked;
  const ask = async <T,>(what: () => Promise<T>, keep: (answer: T) => Partial<Found>) => {
    setProblem(null);
    setWorking(true);
    const answer = await attempt(setProblem, what);
    if (answer) {
      setFound((before) => ({
        ...(before?.key === key ? before : { key, mistakes: null, look: null }),
        ...keep(answer),
      }));
    }
    setWorking(false);
  };
  const shown = found?.key === key ? found : null;
  return (
    <section className="panel-box closer-look" aria-labelledby="look-title">
      <header>
        <h3 id="look-title">A closer look</h3>
        <span className="run-picker">
          <label htmlFor={id}>{compareControls.model.label}</label>
          <select id={id} value={key} onChange={(event) => setChosen(event.target.value)}>
            {all.map((one) => (
              <option key={one.key} value={one.key}>
                {rowTitle(one.row)}
              </option>
            ))}
          </select>
        </span>
        <button
          type="button"
          className="button"
          title={tooltip(compareControls.mistakes)}
          disabled={busy || working}
          onClick={() =>
            void ask(
              () => client.misread(choiceOf(asked), pictures),
              (mistakes) => ({ mistakes }),
            )
          }
        >
          {compareControls.mistakes.label}
        </button>
        <button
          type="button"
          className="button"
          title={tooltip(compareControls.measure)}
          disabled={busy || working}
          onClick={() =>
            void ask(
              () => client.closerLook(choiceOf(asked)),
              (look) => ({ look }),
            )
          }
        >
          {compareControls.measure.label}
        </button>
        <span className="quiet" role="status">
          {working && 'Measuring…'}
        </span>
      </header>
      {problem && <ErrorNote info={problem} />}
      {!shown && (
        <p className="hint">
          Mistakes: confusion and misread images. Measure: calibration, likeness to the sources, and accuracy on
          disturbed images.
        </p>
      )}
      {shown?.mistakes && <Mistakes asked={asked} mistakes={shown.mistakes} />}
      {shown?.look && <LookTables asked={asked} look={shown.look} />}
    </section>
  );
}

/** Misread images of each task. */
const pictures = 24;

const choiceOf = ({ row, table }: Asked): ModelChoice =>
  row.source === null ? { run: row.key } : { recipe: table.recipe, source: row.source };
