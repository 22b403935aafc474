import { useMemo } from 'react';
import { Chart } from '../../charts/Chart.tsx';
import type { MakePlot } from '../../charts/painter.ts';
import { ratePlot } from '../../charts/rate-plot.ts';
import { DataTable } from '../../components/DataTable.tsx';
import type { Run } from '../../runs/run.ts';
import { isActive } from '../../runs/run.ts';
import { sample } from '../../runs/smoothing.ts';
import { count, significant } from '../../text/numbers.ts';
import { runColour } from './run-colour.ts';

interface Props {
  runs: readonly Run[];
  selected: Run | null;
}

/** The learning rate, step by step. */
export function RatePanel({ runs, selected }: Props) {
  const chosen = selected?.id ?? null;
  const plot = useMemo<MakePlot>(
    () => (palette, columns) =>
      ratePlot(runs, { selected: chosen, columns, colourOf: (run) => runColour(palette, runs, run) }),
    [runs, chosen],
  );
  const latest = selected?.points.at(-1)?.rate;
  return (
    <section className="panel-box rate-panel" aria-labelledby="rate-title">
      <header>
        <h3 id="rate-title">Learning rate</h3>
        {selected && isActive(selected) && latest !== undefined && (
          <span className="quiet">now {significant(latest)}</span>
        )}
      </header>
      <Chart
        label={
          latest === undefined ? 'Learning rate chart: no step is taken yet.' : `Learning rate: ${significant(latest)}.`
        }
        plot={plot}
        live={runs.some(isActive)}
        table={() => runs.filter(({ visible }) => visible).map((run) => <RateTable key={run.id} run={run} />)}
      />
    </section>
  );
}

const tableRows = 12;

function RateTable({ run: { name, points } }: { run: Run }) {
  return (
    <DataTable
      caption={`${name}: learning rate`}
      columns={['step', 'rate']}
      rows={sample(points.length, tableRows).map((index) => {
        const { step, rate } = points[index] ?? { step: 0, rate: 0 };
        return [count(step), significant(rate)];
      })}
    />
  );
}
