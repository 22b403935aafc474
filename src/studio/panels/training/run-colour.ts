import type { Palette } from '../../charts/palette.ts';
import type { Run } from '../../runs/run.ts';

/** Colour of a run on this page: by its place among all that train, so that hiding one leaves the others as they are. */
export function runColour(palette: Palette, runs: readonly Run[], run: Run): string {
  return palette.runs[runs.indexOf(run) % palette.runs.length] ?? palette.text;
}
