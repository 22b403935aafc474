/** The accuracy chart: each task of the chosen run in its source's colour, joint accuracy of every run that is shown. */
import type { Measurement, Run } from '../runs/run.ts';
import type { Palette } from './palette.ts';
import type { Plot, PlotLine } from './plot.ts';
import { stepAxis } from './ticks.ts';

export function accuracyPlot(
  runs: readonly Run[],
  selected: Run | null,
  palette: Palette,
  colourOf: (run: Run) => string,
): Plot {
  const shown = runs.filter((run) => run.visible);
  const others = shown.filter((run) => run.id !== selected?.id);
  return {
    lines: [
      ...others.map((run) =>
        line(run, `${run.name}, joint`, ({ joint }) => joint, { colour: colourOf(run), width: 1, dash: 'dot' }),
      ),
      ...(selected?.visible ? linesOf(selected, palette) : []),
    ],
    x: stepAxis(Math.max(0, ...shown.map(({ steps }) => steps))),
    y: {
      title: '',
      range: [0, 101],
      log: false,
      ticks: [0, 25, 50, 75, 100].map((value) => ({ value, text: `${value} %` })),
    },
    reading: { format: '.1f', unit: ' %' },
  };
}

function linesOf(run: Run, palette: Palette): PlotLine[] {
  return [
    ...run.recipe.sources.map((source, task) =>
      line(run, source.name, ({ perTask }) => perTask[task] ?? null, {
        colour: palette.source(run.colours[task] ?? task),
        width: 2,
        dash: 'solid',
      }),
    ),
    line(run, 'joint', ({ joint }) => joint, { colour: palette.text, width: 2, dash: 'dash' }),
  ];
}

function line(
  run: Run,
  name: string,
  value: (score: Measurement['score']) => number | null,
  style: Pick<PlotLine, 'colour' | 'width' | 'dash'>,
): PlotLine {
  return {
    ...style,
    name,
    x: run.accuracy.map(({ step }) => step),
    y: run.accuracy.map(({ score }) => {
      const share = value(score);
      return share === null ? null : share * 100;
    }),
    opacity: 1,
    // One measurement is no line yet.
    marks: run.accuracy.length === 1,
    readable: true,
  };
}
