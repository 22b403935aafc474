/** Lines of the accuracy chart: each task of the chosen run in its source's colour, joint accuracy of every run that is shown. */
import type { Data } from 'plotly.js';
import type { Run } from '../runs/run.ts';
import type { Palette } from './palette.ts';

export function accuracyTraces(
  runs: readonly Run[],
  selected: Run | null,
  palette: Palette,
  colourOf: (run: Run) => string,
): Data[] {
  const others = runs.filter((run) => run.visible && run.id !== selected?.id);
  return [
    ...others.map((run) =>
      line(run, `${run.name}, joint`, (measured) => measured.joint, { color: colourOf(run), width: 1, dash: 'dot' }),
    ),
    ...(selected?.visible ? selectedTraces(selected, palette) : []),
  ];
}

function selectedTraces(run: Run, palette: Palette): Data[] {
  return [
    ...run.recipe.sources.map((source, task) =>
      line(run, source.name, ({ perTask }) => perTask[task] ?? null, {
        color: palette.source(run.colours[task] ?? task),
        width: 2,
      }),
    ),
    line(run, 'joint', ({ joint }) => joint, { color: palette.text, width: 2, dash: 'dash' }),
  ];
}

function line(
  run: Run,
  name: string,
  value: (score: Run['accuracy'][number]['score']) => number | null,
  style: object,
): Data {
  return {
    type: 'scatter',
    mode: run.accuracy.length === 1 ? 'markers' : 'lines',
    name,
    x: run.accuracy.map(({ step }) => step),
    // What is not measured yet is a gap.
    y: run.accuracy.map(({ score }) => {
      const share = value(score);
      return share === null ? null : share * 100;
    }),
    line: style,
    marker: style,
    hovertemplate: '%{y:.1f} %',
    cliponaxis: false,
  };
}
