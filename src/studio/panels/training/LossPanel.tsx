import { useMemo } from 'react';
import { Chart } from '../../charts/Chart.tsx';
import { chartLayout, stepAxis } from '../../charts/layout.ts';
import type { LossLine } from '../../charts/loss-traces.ts';
import { layerDashes, lossLines, lossTraces } from '../../charts/loss-traces.ts';
import type { Palette } from '../../charts/palette.ts';
import { logTicks } from '../../charts/ticks.ts';
import { usePalette } from '../../charts/use-palette.ts';
import { DataTable } from '../../components/DataTable.tsx';
import type { Run } from '../../runs/run.ts';
import { sample } from '../../runs/smoothing.ts';
import { useUi } from '../../stores/ui.ts';
import { count, significant } from '../../text/numbers.ts';
import { runColour } from './run-colour.ts';

interface Props {
  runs: readonly Run[];
  selected: Run | null;
}

/** The loss as it falls, one line for each run that is shown. */
export function LossPanel({ runs, selected }: Props) {
  const log = useUi((state) => state.logScale);
  const palette = usePalette();
  const lines = useMemo(() => lossLines(runs.filter((run) => run.visible)), [runs]);
  const drawing = useMemo(
    () =>
      palette && {
        data: lossTraces(lines, (run) => runColour(palette, runs, run), selected?.id ?? null),
        layout: layout(palette, log, lines),
      },
    [palette, lines, runs, selected?.id, log],
  );
  return (
    <section className="panel-box loss-panel" aria-labelledby="loss-title">
      <header>
        <h3 id="loss-title">Reconstruction loss</h3>
        <span className="quiet">raw thin, smoothed thick</span>
        <LayerLegend layers={Math.max(0, ...lines.map(({ layer }) => layer + 1))} />
        <button
          type="button"
          className="button quiet small"
          aria-pressed={log}
          aria-keyshortcuts="l"
          onClick={() => useUi.setState({ logScale: !log })}
        >
          {log ? 'log' : 'linear'}
        </button>
      </header>
      {drawing && <Chart label={summary(lines)} drawing={drawing} table={<LossTable lines={lines} />} />}
    </section>
  );
}

function layout(palette: Palette, log: boolean, lines: readonly LossLine[]) {
  const positive = lines.flatMap(({ raw }) => raw.filter((loss) => loss > 0 && Number.isFinite(loss)));
  const low = positive.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const high = positive.reduce((most, loss) => Math.max(most, loss), 0);
  const nothing = { range: [0, 1], showticklabels: false };
  const axis = log ? { type: 'log' as const, ...logTicks(low, high) } : { rangemode: 'tozero' as const };
  const runs = lines.map(({ run }) => run);
  return chartLayout(palette, stepAxis(palette, runs), high > 0 ? axis : nothing);
}

/** Patterns of the lines where a run has one for each hidden layer. */
function LayerLegend({ layers }: { layers: number }) {
  if (layers < 2) return null;
  return (
    <ul className="layer-legend">
      {Array.from({ length: layers }, (_, layer) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a layer is its index
        <li key={layer}>
          <svg viewBox="0 0 32 4" aria-hidden="true">
            <path d="M0 2h32" strokeDasharray={patterns[layerDashes[layer % layerDashes.length] ?? 'solid']} />
          </svg>
          layer {layer + 1}
        </li>
      ))}
    </ul>
  );
}

/** Plotly's dashes as SVG draws them. */
const patterns: Record<string, string> = {
  solid: '',
  dash: '8 5',
  dot: '2 4',
  dashdot: '8 4 2 4',
  longdash: '14 5',
  longdashdot: '14 4 2 4',
};

function summary(lines: readonly LossLine[]): string {
  if (lines.length === 0) return 'Loss chart: no run is shown.';
  const parts = lines.map(
    ({ name, smoothed, steps }) =>
      `${name}: ${significant(smoothed.at(-1) ?? 0)} after ${(steps.at(-1) ?? 0) + 1} steps`,
  );
  return `Loss chart. ${parts.join('; ')}.`;
}

const tableRows = 12;

function LossTable({ lines }: { lines: readonly LossLine[] }) {
  return lines.map(({ name, steps, raw, smoothed }) => (
    <DataTable
      key={name}
      caption={name}
      columns={['step', 'loss', 'smoothed']}
      rows={sample(steps.length, tableRows).map((index) => [
        count(steps[index] ?? 0),
        significant(raw[index] ?? 0),
        significant(smoothed[index] ?? 0),
      ])}
    />
  ));
}
