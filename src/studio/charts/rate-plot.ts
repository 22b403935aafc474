/** The learning rate of each shown run, step by step. */

import type { Run } from '../runs/run.ts';
import { envelope } from './envelope.ts';
import type { Look } from './loss-lines.ts';
import type { Plot, PlotLine } from './plot.ts';
import { positiveAxis, stepAxis } from './ticks.ts';

export function ratePlot(runs: readonly Run[], { colourOf, selected, columns }: Omit<Look, 'sourceColour'>): Plot {
  const shown = runs.filter((run) => run.visible);
  const rates = shown.flatMap((run) => run.points.map(({ rate }) => rate));
  const line = (run: Run): PlotLine => ({
    name: run.name,
    ...envelope({ x: run.points.map(({ step }) => step), y: run.points.map(({ rate }) => rate) }, columns),
    colour: colourOf(run),
    width: run.id === selected ? 2 : 1.5,
    dash: 'solid',
    opacity: run.id === selected ? 1 : 0.75,
    marks: false,
    readable: true,
  });
  return {
    lines: shown.filter(({ points }) => points.length > 0).map(line),
    x: stepAxis(Math.max(0, ...shown.map(({ steps }) => steps))),
    y: positiveAxis(rates, false),
    reading: { format: '.3g', unit: '' },
  };
}
