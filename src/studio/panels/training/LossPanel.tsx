import { useMemo } from 'react';
import { Chart } from '../../charts/Chart.tsx';
import type { LossLine } from '../../charts/loss-lines.ts';
import { layerDashes, lossLines, lossPlot, sum } from '../../charts/loss-lines.ts';
import type { MakePlot } from '../../charts/painter.ts';
import { dashPatterns } from '../../charts/plot.ts';
import { DataTable } from '../../components/DataTable.tsx';
import type { Run } from '../../runs/run.ts';
import { isActive, latestLosses, stepsDone } from '../../runs/run.ts';
import { sample } from '../../runs/smoothing.ts';
import { useUi } from '../../stores/ui.ts';
import { ariaKeys, tooltip } from '../../text/controls/control.ts';
import { trainingTabControls } from '../../text/controls/stage.ts';
import { count, duration, pace, significant } from '../../text/numbers.ts';
import { runColour } from './run-colour.ts';

interface Props {
  runs: readonly Run[];
  selected: Run | null;
}

/** The loss as it falls, one line for each run that is shown. */
export function LossPanel({ runs, selected }: Props) {
  const log = useUi((state) => state.logScale);
  const shown = runs.filter((run) => run.visible);
  const chosen = selected?.id ?? null;
  const plot = useMemo<MakePlot>(
    () => (palette, columns) =>
      lossPlot(runs, log, {
        selected: chosen,
        columns,
        colourOf: (run) => runColour(palette, runs, run),
        sourceColour: palette.source,
      }),
    [runs, chosen, log],
  );
  return (
    <section className="panel-box loss-panel" aria-labelledby="loss-title">
      <header>
        <h3 id="loss-title">Reconstruction loss</h3>
        <span className="quiet">
          raw thin, smoothed thick
          {shown.some(({ validation }) => validation.length > 0) && ', validation dotted'}
        </span>
        <LayerLegend layers={Math.max(0, ...shown.map((run) => latestLosses(run).length))} />
        <span className="header-end">
          <Pace run={runs.find(isActive) ?? null} />
          <button
            type="button"
            className="button quiet small"
            aria-pressed={log}
            aria-keyshortcuts={ariaKeys(trainingTabControls.logScale)}
            title={tooltip(trainingTabControls.logScale)}
            onClick={() => useUi.setState({ logScale: !log })}
          >
            {(log ? trainingTabControls.logScale : trainingTabControls.linearScale).label}
          </button>
        </span>
      </header>
      <Chart
        label={summary(shown)}
        plot={plot}
        live={runs.some(isActive)}
        table={() => (
          <>
            <LossTable lines={lossLines(shown)} />
            <ValidationTable runs={shown} />
          </>
        )}
      />
    </section>
  );
}

/** How fast the run under way is, and how long it will take. */
function Pace({ run }: { run: Run | null }) {
  if (run?.state !== 'running' || run.points.length === 0) return null;
  return (
    <span className="quiet">
      {pace(run.stepsPerSecond)} · {duration(run.secondsLeft)} left
    </span>
  );
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
            <path d="M0 2h32" strokeDasharray={dashPatterns[layerDashes[layer % layerDashes.length] ?? 'solid']} />
          </svg>
          layer {layer + 1}
        </li>
      ))}
    </ul>
  );
}

function summary(shown: readonly Run[]): string {
  const parts = shown.flatMap((run) => {
    const losses = latestLosses(run).map((loss) => significant(loss));
    return losses.length > 0 ? `${run.name}: ${losses.join(' and ')} after ${count(stepsDone(run))} steps` : [];
  });
  return parts.length > 0 ? `Loss chart. ${parts.join('; ')}.` : 'Loss chart: no run is shown.';
}

function ValidationTable({ runs }: { runs: readonly Run[] }) {
  return runs
    .filter(({ validation }) => validation.length > 0)
    .map(({ id, name, recipe, validation }) => (
      <DataTable
        key={id}
        caption={`${name}: validation loss`}
        columns={['step', 'loss', ...recipe.sources.map((source) => source.name)]}
        rows={sample(validation.length, tableRows).map((index) => {
          const { step, losses, perTask } = validation[index] ?? { step: 0, losses: [], perTask: [] };
          return [count(step), ...[sum(losses), ...perTask].map((loss) => significant(loss))];
        })}
      />
    ));
}

const tableRows = 12;

function LossTable({ lines }: { lines: readonly LossLine[] }) {
  return lines.map(({ name, run, layer, steps, raw, smoothed }) => (
    <DataTable
      key={`${run.id} ${layer}`}
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
