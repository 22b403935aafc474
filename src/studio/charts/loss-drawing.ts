/** The loss chart: lines, and axes that fit them. */
import type { Run } from '../runs/run.ts';
import { chartLayout, stepAxis } from './layout.ts';
import type { LossLine } from './loss-traces.ts';
import { lossLines, lossTraces, validationTraces } from './loss-traces.ts';
import type { Drawing } from './painter.ts';
import type { Palette } from './palette.ts';
import { logTicks } from './ticks.ts';

interface Look {
  palette: Palette;
  log: boolean;
  /** The run that is drawn thicker. */
  selected: string | null;
  colourOf: (run: Run) => string;
}

export function lossDrawing(runs: readonly Run[], { palette, log, selected, colourOf }: Look): Drawing {
  const shown = runs.filter((run) => run.visible);
  const lines = lossLines(shown);
  const layout = chartLayout(palette, stepAxis(palette, shown), lossAxis(lines, log));
  return { data: [...lossTraces(lines, colourOf, selected), ...validationTraces(shown, colourOf)], layout };
}

function lossAxis(lines: readonly LossLine[], log: boolean) {
  const positive = lines.flatMap(({ raw }) => raw.filter((loss) => loss > 0 && Number.isFinite(loss)));
  const low = positive.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY);
  const high = positive.reduce((most, loss) => Math.max(most, loss), 0);
  if (high === 0) return { range: [0, 1], showticklabels: false };
  return log ? { type: 'log' as const, ...logTicks(low, high) } : { rangemode: 'tozero' as const };
}
