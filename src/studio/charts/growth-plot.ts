/** Joint accuracy over the number of training images: a line for each way to train, and what needs none as level lines. */
import type { GrowthLine } from '../runs/growth.ts';
import { count } from '../text/numbers.ts';
import type { Palette } from './palette.ts';
import type { Dash, Plot, PlotLine } from './plot.ts';
import { linearTicks } from './ticks.ts';

/** What does not depend on the number of images: the best source alone, the average. */
export interface Level {
  name: string;
  joint: number;
}

export const growthDashes: readonly Dash[] = ['solid', 'dash', 'longdash', 'dashdot'];
export const levelDashes: readonly Dash[] = ['dot', 'longdashdot'];

/** `planned`: numbers of images that are still to come. */
export function growthPlot(
  lines: readonly GrowthLine[],
  levels: readonly Level[],
  planned: readonly number[],
  palette: Palette,
): Plot {
  const measured = lines.flatMap(({ points }) => points.map(({ images }) => images));
  const counts = [...new Set([...planned, ...measured])].sort((a, b) => a - b);
  const [low, high] = [counts[0] ?? 1, counts.at(-1) ?? 2];
  const shares = [...lines.flatMap(({ points }) => points), ...levels].map(({ joint }) => 100 * joint);
  const bottom = Math.max(0, 10 * Math.floor((Math.min(100, ...shares) - 1) / 10));
  const range: [number, number] = [low / 1.08, high * 1.08];
  return {
    lines: [
      ...levels.map((level, index) => levelLine(level, index, range, palette)),
      ...lines.map(growthLine(palette)),
    ],
    x: {
      title: 'training images of each task',
      range,
      log: true,
      ticks: counts.map((value) => ({ value, text: count(value) })),
    },
    y: {
      title: '',
      range: [bottom, 101],
      log: false,
      ticks: linearTicks(bottom, 100).map(({ value, text }) => ({ value, text: `${text} %` })),
    },
    reading: { format: '.1f', unit: ' %' },
  };
}

const growthLine =
  (palette: Palette) =>
  ({ name, points }: GrowthLine, index: number): PlotLine => ({
    name,
    x: points.map(({ images }) => images),
    y: points.map(({ joint }) => 100 * joint),
    colour: palette.runs[index % palette.runs.length] ?? palette.text,
    width: 2,
    dash: growthDashes[index % growthDashes.length] ?? 'solid',
    opacity: 1,
    marks: true,
    readable: true,
  });

const levelLine = ({ name, joint }: Level, index: number, x: readonly number[], palette: Palette): PlotLine => ({
  name,
  x,
  y: x.map(() => 100 * joint),
  colour: palette.quiet,
  width: 1.5,
  dash: levelDashes[index % levelDashes.length] ?? 'dot',
  opacity: 1,
  marks: false,
  readable: false,
});
