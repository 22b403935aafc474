/** Loss and accuracy of networks in training, each in the colour that it will have as a source. */
import { smooth, smoothingWeight } from '../runs/smoothing.ts';
import type { OwnCurve } from '../stores/own.ts';
import { envelope } from './envelope.ts';
import type { MakePlot } from './painter.ts';
import type { PlotLine } from './plot.ts';
import { positiveAxis, stepAxis } from './ticks.ts';

const lastStep = (curves: readonly OwnCurve[]): number => Math.max(0, ...curves.map(({ steps }) => steps));

/** Raw thin, smoothed thick. */
export const ownLossPlot =
  (curves: readonly OwnCurve[], log: boolean): MakePlot =>
  (palette, columns) => {
    const lines = curves.flatMap(({ name, colour, steps, losses }): PlotLine[] => {
      const x = losses.map(({ step }) => step);
      const raw = losses.map(({ loss }) => loss);
      const shared = { name, colour: palette.source(colour), dash: 'solid', marks: false } as const;
      return [
        { ...shared, ...envelope({ x, y: raw }, columns), width: 1, opacity: 0.3, readable: false },
        {
          ...shared,
          ...envelope({ x, y: smooth(raw, smoothingWeight(steps)) }, columns),
          width: 2,
          opacity: 1,
          readable: true,
        },
      ];
    });
    return {
      lines,
      x: stepAxis(lastStep(curves)),
      y: positiveAxis(values(lines), log),
      reading: { format: '.3g', unit: '' },
    };
  };

function* values(lines: readonly PlotLine[]): Iterable<number> {
  for (const { y } of lines) for (const value of y) yield value ?? Number.NaN;
}

export const ownAccuracyPlot =
  (curves: readonly OwnCurve[]): MakePlot =>
  (palette) => ({
    lines: curves.map(({ name, colour, accuracies }) => ({
      name,
      colour: palette.source(colour),
      x: accuracies.map(({ step }) => step),
      y: accuracies.map(({ share }) => 100 * share),
      width: 2,
      dash: 'solid',
      opacity: 1,
      // One measurement is no line yet.
      marks: accuracies.length === 1,
      readable: true,
    })),
    x: stepAxis(lastStep(curves)),
    y: {
      title: '',
      range: [0, 101],
      log: false,
      ticks: [0, 25, 50, 75, 100].map((value) => ({ value, text: `${value} %` })),
    },
    reading: { format: '.1f', unit: ' %' },
  });
