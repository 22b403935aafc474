/** Lines of the loss chart: thin raw points, a thick smoothed line; one pair for each run, and for each layer of a local run. */
import type { Run } from '../runs/run.ts';
import { smooth, smoothingWeight } from '../runs/smoothing.ts';
import type { Line } from './envelope.ts';
import { envelope } from './envelope.ts';
import type { Dash, Plot, PlotLine } from './plot.ts';
import { positiveAxis, stepAxis } from './ticks.ts';

export interface LossLine {
  run: Run;
  /** "quiet heron", or "quiet heron · layer 2" where layers are trained alone. */
  name: string;
  /** Hidden layer, from 0; 0 too when there is one loss. */
  layer: number;
  steps: number[];
  raw: number[];
  smoothed: number[];
}

/** How runs are drawn. */
export interface Look {
  colourOf: (run: Run) => string;
  sourceColour: (colour: number) => string;
  /** The run that is drawn thicker. */
  selected: string | null;
  /** Columns of pixels that there are. */
  columns: number;
}

export const sum = (losses: readonly number[]): number => losses.reduce((total, loss) => total + loss, 0);

/** How the layers of a local run are told apart. */
export const layerDashes: readonly Dash[] = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'longdashdot'];

/** Every loss that these runs have. */
export function lossLines(runs: readonly Run[]): LossLine[] {
  return runs.flatMap((run) => {
    const layers = run.points[0]?.losses.length ?? 0;
    const steps = run.points.map(({ step }) => step);
    return Array.from({ length: layers }, (_, layer) => {
      const raw = run.points.map(({ losses }) => losses[layer] ?? Number.NaN);
      const name = layers === 1 ? run.name : `${run.name} · layer ${layer + 1}`;
      return { run, name, layer, steps, raw, smoothed: smooth(raw, smoothingWeight(run.steps)) };
    });
  });
}

/** The loss chart of the runs that are shown. */
export function lossPlot(runs: readonly Run[], log: boolean, look: Look): Plot {
  const shown = runs.filter((run) => run.visible);
  const lines = [...lossLines(shown).flatMap((line) => drawnLoss(line, look)), ...validationLines(shown, look)];
  return {
    lines,
    x: stepAxis(Math.max(0, ...shown.map(({ steps }) => steps))),
    y: positiveAxis(values(lines), log),
    reading: { format: '.4g', unit: '' },
  };
}

function* values(lines: readonly PlotLine[]): Iterable<number> {
  for (const { y } of lines) for (const value of y) yield value ?? Number.NaN;
}

function drawnLoss({ run, name, layer, steps, raw, smoothed }: LossLine, look: Look): PlotLine[] {
  const chosen = run.id === look.selected;
  const drawn = (y: number[]): Line => envelope({ x: steps, y }, look.columns);
  const shared = { name, colour: look.colourOf(run), marks: false };
  return [
    { ...shared, ...drawn(raw), width: 1, dash: 'solid', opacity: chosen ? 0.35 : 0.15, readable: false },
    {
      ...shared,
      ...drawn(smoothed),
      width: chosen ? 2.5 : 1.5,
      dash: layerDashes[layer % layerDashes.length] ?? 'solid',
      opacity: chosen ? 1 : 0.75,
      readable: true,
    },
  ];
}

/**
 * The validation loss at the steps where it was measured: of each run over all images, of the chosen run for each task too, in
 * its source's colour.
 */
const validationLines = (runs: readonly Run[], { colourOf, sourceColour, selected }: Look): PlotLine[] =>
  runs
    .filter(({ validation }) => validation.length > 0)
    .flatMap((run) => {
      const line = (name: string, colour: string, whole: boolean, y: (number | null)[]): PlotLine => ({
        name,
        x: run.validation.map(({ step }) => step),
        y,
        colour,
        width: whole ? 1.5 : 1,
        dash: 'dot',
        opacity: 1,
        marks: whole,
        readable: true,
      });
      const tasks = run.id === selected ? run.recipe.sources : [];
      return [
        line(
          `${run.name} · validation`,
          colourOf(run),
          true,
          run.validation.map(({ losses }) => sum(losses)),
        ),
        ...tasks.map((source, task) =>
          line(
            `validation of ${source.name}`,
            sourceColour(run.colours[task] ?? task),
            false,
            run.validation.map(({ perTask }) => perTask[task] ?? null),
          ),
        ),
      ];
    });
