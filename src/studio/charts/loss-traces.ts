/** Lines of the loss chart: thin raw points, a thick smoothed line; one pair for each run, and for each layer of a local run. */
import type { Dash, Data } from 'plotly.js';
import type { Run } from '../runs/run.ts';
import { smooth, smoothingWeight, thin } from '../runs/smoothing.ts';

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

/** The validation loss of a run, all terms together, at the steps where it was measured. */
export function validationTraces(runs: readonly Run[], colourOf: (run: Run) => string): Data[] {
  return runs
    .filter(({ validation }) => validation.length > 0)
    .map((run) => ({
      type: 'scatter' as const,
      mode: 'lines+markers' as const,
      name: `${run.name} · validation`,
      x: run.validation.map(({ step }) => step),
      y: run.validation.map(({ losses }) => sum(losses)),
      line: { color: colourOf(run), width: 1.5, dash: 'dot' as const },
      marker: { color: colourOf(run), size: 6, symbol: 'circle-open' },
      hovertemplate: '%{y:.4g}',
    }));
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

/** As Plotly takes them. `selected` is drawn thicker than the others. */
export function lossTraces(
  lines: readonly LossLine[],
  colourOf: (run: Run) => string,
  selected: string | null,
): Data[] {
  return lines.flatMap(({ run, name, layer, steps, raw, smoothed }) => {
    const color = colourOf(run);
    const chosen = run.id === selected;
    const shared = { type: 'scatter' as const, mode: 'lines' as const, name };
    const dash = layerDashes[layer % layerDashes.length] ?? 'solid';
    return [
      {
        ...shared,
        ...thin({ x: steps, y: raw }),
        line: { color, width: 1 },
        opacity: chosen ? 0.35 : 0.15,
        hoverinfo: 'skip' as const,
      },
      {
        ...shared,
        ...thin({ x: steps, y: smoothed }),
        line: { color, width: chosen ? 2.5 : 1.5, dash },
        opacity: chosen ? 1 : 0.75,
        hovertemplate: '%{y:.4g}',
      },
    ];
  });
}
