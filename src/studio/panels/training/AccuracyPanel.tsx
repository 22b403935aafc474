import { useMemo } from 'react';
import { accuracyPlot } from '../../charts/accuracy-plot.ts';
import { Chart } from '../../charts/Chart.tsx';
import type { MakePlot } from '../../charts/painter.ts';
import { DataTable } from '../../components/DataTable.tsx';
import { SourceMark } from '../../components/SourceMark.tsx';
import type { Run } from '../../runs/run.ts';
import { isActive, latestScore } from '../../runs/run.ts';
import { count, percent, percentOrNone } from '../../text/numbers.ts';
import { runColour } from './run-colour.ts';

interface Props {
  runs: readonly Run[];
  selected: Run | null;
}

/** How well the folded network does on held-out images, while it trains. */
export function AccuracyPanel({ runs, selected }: Props) {
  // Training steps change the runs many times a second, but not what is drawn here.
  const drawn = [
    selected?.id,
    ...runs.map(({ id, name, steps, visible, accuracy }) => [id, name, steps, visible, accuracy.length]),
  ].join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `drawn` says when the runs matter
  const plot = useMemo<MakePlot>(
    () => (palette) => accuracyPlot(runs, selected, palette, (run) => runColour(palette, runs, run)),
    [drawn],
  );
  const score = selected && latestScore(selected);
  return (
    <section className="panel-box accuracy-panel" aria-labelledby="accuracy-title">
      <header>
        <h3 id="accuracy-title">Accuracy of the folded network</h3>
        <span className="quiet">held-out images</span>
      </header>
      {selected && (
        <dl className="scores">
          {selected.recipe.sources.map(({ name, file }, task) => (
            <div key={file}>
              <dt>
                <SourceMark colour={selected.colours[task] ?? task} /> {name}
              </dt>
              <dd data-testid={`accuracy-task-${task}`}>{percentOrNone(score?.perTask[task])}</dd>
            </div>
          ))}
          <div>
            <dt>
              <span className="joint-mark" aria-hidden="true" /> joint
            </dt>
            <dd data-testid="accuracy-joint">{score ? percent(score.joint) : '–'}</dd>
          </div>
        </dl>
      )}
      <Chart
        label={summary(selected)}
        plot={plot}
        live={runs.some(isActive)}
        table={() => selected && <AccuracyTable run={selected} />}
      />
    </section>
  );
}

function summary(run: Run | null): string {
  const score = run && latestScore(run);
  if (!score) return 'Accuracy chart: nothing is measured yet.';
  const tasks = run.recipe.sources.map(({ name }, task) => `${name} ${percentOrNone(score.perTask[task])}`);
  return `Accuracy chart of ${run.name}: ${tasks.join(', ')}, joint ${percent(score.joint)}.`;
}

function AccuracyTable({ run }: { run: Run }) {
  return (
    <DataTable
      caption={`${run.name}: accuracy by step`}
      columns={['step', ...run.recipe.sources.map(({ name }) => name), 'joint']}
      rows={run.accuracy.map(({ step, score }) => [
        count(step),
        ...score.perTask.map(percentOrNone),
        percent(score.joint),
      ])}
    />
  );
}
