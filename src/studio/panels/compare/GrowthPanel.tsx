import { useMemo } from 'react';
import { growImages, stopGrowing } from '../../actions/growth.ts';
import { Chart } from '../../charts/Chart.tsx';
import type { Level } from '../../charts/growth-plot.ts';
import { growthDashes, growthPlot, levelDashes } from '../../charts/growth-plot.ts';
import type { MakePlot } from '../../charts/painter.ts';
import type { Dash } from '../../charts/plot.ts';
import { dashPatterns } from '../../charts/plot.ts';
import { usePalette } from '../../charts/use-palette.ts';
import { DataTable } from '../../components/DataTable.tsx';
import type { Comparison } from '../../runs/compare.ts';
import type { GrowthLine } from '../../runs/growth.ts';
import { growthLines, imageCounts, imagesOf } from '../../runs/growth.ts';
import { useGrowth } from '../../stores/growth.ts';
import { currentRecipe, isReady, useRecipe } from '../../stores/recipe.ts';
import { isBusy, useRuns } from '../../stores/runs.ts';
import { tooltip } from '../../text/controls/control.ts';
import { compareControls, trainNetworks } from '../../text/controls/stage.ts';
import { count, percent, percentOrNone, plural } from '../../text/numbers.ts';

interface Props {
  /** What is measured on the sources and held-out images of the cards. */
  comparison: Comparison;
}

/** FS-Merge against distillation as the training images grow. */
export function GrowthPanel({ comparison }: Props) {
  const runs = useRuns((state) => state.runs);
  const progress = useGrowth((state) => state.progress);
  const { key, rows } = comparison;
  const finished = runs.filter(({ state }) => state === 'done').map(({ id }) => id);
  // Runs under way change many times a second, but not what is drawn here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only finished runs matter
  const lines = useMemo(() => growthLines(key, runs, progress ? 1 : 2), [key, finished.join(), progress === null]);
  const levels = levelsOf(rows);
  const drawn = JSON.stringify(levels);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `drawn` stands for the levels
  const plot = useMemo<MakePlot>(
    () => (palette) => growthPlot(lines, levels, progress?.counts ?? [], palette),
    [lines, drawn, progress?.counts],
  );
  return (
    <section className="panel-box growth-panel" aria-labelledby="growth-title" data-testid="growth">
      <header>
        <h3 id="growth-title">Joint accuracy as the training images grow</h3>
        <Steering />
      </header>
      {(lines.length > 0 || progress) && (
        <>
          <Legend lines={lines} levels={levels} />
          <Chart
            label={summary(lines)}
            plot={plot}
            live={progress !== null}
            table={() => <GrowthTable lines={lines} tasks={comparison.tasks} />}
          />
        </>
      )}
    </section>
  );
}

/** Best source by joint accuracy, and the average, where they are measured. */
function levelsOf(rows: Comparison['rows']): Level[] {
  const sources = rows.filter(({ kind }) => kind === 'source').toSorted((a, b) => b.score.joint - a.score.joint);
  const average = rows.find(({ kind }) => kind === 'average');
  const best = sources[0] && { name: `best source alone, ${sources[0].name}`, joint: sources[0].score.joint };
  return [average && { name: 'average', joint: average.score.joint }, best].filter((level) => level !== undefined);
}

/** Starts the runs, tells how far they are, and stops them. */
function Steering() {
  const progress = useGrowth((state) => state.progress);
  const busy = useRuns(isBusy);
  const ready = useRecipe((state) => isReady(state) && state.draft.method === 'fs-merge');
  const most = useRecipe(() => imagesOf(currentRecipe()));
  if (progress) {
    return (
      <>
        <span className="quiet" aria-live="polite" data-testid="growth-progress">
          run {count(progress.done + 1)} of {count(progress.of)}
        </span>
        <button
          type="button"
          className="button small"
          title={tooltip(compareControls.stopGrowing)}
          onClick={() => void stopGrowing()}
        >
          {compareControls.stopGrowing.label}
        </button>
      </>
    );
  }
  const counts = ready ? imageCounts(currentRecipe()) : [];
  return (
    <>
      <span className="quiet">
        {ready
          ? `FS-Merge as card 3 says, and distillation, each with ${counts.length > 1 ? `${counts[0]} to ${count(most)} images` : plural(most, 'image')} of each task`
          : 'Choose FS-Merge, sources and images first.'}
      </span>
      <button
        type="button"
        className="button small"
        title={tooltip(compareControls.grow)}
        disabled={!ready || busy || counts.length < 2}
        onClick={() => void growImages()}
      >
        {trainNetworks(plural(2 * counts.length, 'network'))}
      </button>
    </>
  );
}

function Legend({ lines, levels }: { lines: readonly GrowthLine[]; levels: readonly Level[] }) {
  const palette = usePalette();
  if (!palette) return null;
  const items = [
    ...lines.map(({ name }, index) => ({
      name,
      colour: palette.runs[index % palette.runs.length] ?? palette.text,
      dash: growthDashes[index % growthDashes.length],
    })),
    ...levels.map(({ name, joint }, index) => ({
      name: `${name} ${percent(joint)}`,
      colour: palette.quiet,
      dash: levelDashes[index % levelDashes.length],
    })),
  ];
  return (
    <ul className="layer-legend">
      {items.map(({ name, colour, dash = 'solid' as Dash }) => (
        <li key={name}>
          <svg viewBox="0 0 32 4" aria-hidden="true" style={{ stroke: colour }}>
            <path d="M0 2h32" strokeDasharray={dashPatterns[dash]} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function summary(lines: readonly GrowthLine[]): string {
  const ends = lines.map(({ name, points: [first, ...others] }) => {
    const last = others.at(-1);
    const at = (point: typeof first) => (point ? `${percent(point.joint)} with ${plural(point.images, 'image')}` : '');
    return `${name}: ${at(first)}, ${at(last)}`;
  });
  return `Chart of joint accuracy over training images of each task. ${ends.join('; ')}.`;
}

function GrowthTable({ lines, tasks }: { lines: readonly GrowthLine[]; tasks: readonly string[] }) {
  return lines.map(({ key, name, points }) => (
    <DataTable
      key={key}
      caption={name}
      columns={['images', ...tasks, 'joint']}
      rows={points.map(({ images, joint, perTask }) => [count(images), ...perTask.map(percentOrNone), percent(joint)])}
    />
  ));
}
