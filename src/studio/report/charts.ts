/** The charts of a report, from the same plots that the page shows. */
import { accuracyPlot } from '../charts/accuracy-plot.ts';
import { lossPlot } from '../charts/loss-lines.ts';
import type { Palette } from '../charts/palette.ts';
import type { Plot } from '../charts/plot.ts';
import { ratePlot } from '../charts/rate-plot.ts';
import { svgPlot } from '../charts/svg-plot.ts';
import type { Run } from '../runs/run.ts';

export interface ReportChart {
  title: string;
  svg: string;
  legend: { colour: string; text: string }[];
}

const size = { width: 760, height: 300 };

/** Loss, accuracy of each run and learning rate; none of runs that train nothing. */
export function chartsOf(runs: readonly Run[], palette: Palette): ReportChart[] {
  const trained = runs.filter(({ points }) => points.length > 0).map((run) => ({ ...run, visible: true }));
  if (trained.length === 0) return [];
  const colourOf = (run: Run) => palette.runs[trained.findIndex(({ id }) => id === run.id) % palette.runs.length] ?? '';
  // With one run there is none to stand behind.
  const look = { colourOf, sourceColour: palette.source, selected: trained[0]?.id ?? null, columns: size.width };
  const names = trained.map((run) => ({ colour: colourOf(run), text: run.name }));
  const tasks = ({ recipe, colours }: Run) =>
    recipe.sources.map(({ name }, task) => ({ colour: palette.source(colours[task] ?? task), text: name }));
  const validated = trained[0] && trained[0].validation.length > 0 ? tasks(trained[0]) : [];
  const lossLegend = [...names, ...validated.map(({ colour, text }) => ({ colour, text: `validation of ${text}` }))];
  const chart = (title: string, plot: Plot, legend: ReportChart['legend']): ReportChart => ({
    title,
    svg: svgPlot(plot, size, palette, title),
    legend,
  });
  return [
    chart(
      'Reconstruction loss: raw thin, smoothed thick, validation dotted',
      lossPlot(trained, true, look),
      lossLegend,
    ),
    ...trained.map((run) =>
      chart(`Accuracy of ${run.name} on held-out images`, accuracyPlot([run], run, palette, colourOf), [
        ...tasks(run),
        { colour: palette.text, text: 'joint (dashed)' },
      ]),
    ),
    chart('Learning rate', ratePlot(trained, look), names),
  ];
}
