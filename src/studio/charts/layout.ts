/** What all charts share: quiet lines, the page's font, no frame. */
import type { Layout, LayoutAxis } from 'plotly.js';
import type { Run } from '../runs/run.ts';
import type { Palette } from './palette.ts';

export function chartLayout(palette: Palette, x: Partial<LayoutAxis>, y: Partial<LayoutAxis>): Partial<Layout> {
  const axis: Partial<LayoutAxis> = {
    gridcolor: palette.line,
    linecolor: palette.line,
    zeroline: false,
    tickfont: { color: palette.quiet, size: 11 },
    fixedrange: false,
  };
  return {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: 'system-ui, sans-serif', color: palette.text, size: 12 },
    margin: { l: 52, r: 12, t: 8, b: 36 },
    showlegend: false,
    hovermode: 'x unified',
    hoverlabel: { bgcolor: palette.surface, bordercolor: palette.line, font: { color: palette.text, size: 12 } },
    modebar: { bgcolor: 'rgba(0,0,0,0)', color: palette.quiet, activecolor: palette.text },
    autosize: true,
    // Zoom and hover survive new points.
    uirevision: 'kept',
    xaxis: { ...axis, showgrid: false, ...x },
    yaxis: { ...axis, ...y },
  };
}

/** From the first step to the last that the longest run will take, so that one sees how far it is. */
export const stepAxis = (palette: Palette, runs: readonly Run[]): Partial<LayoutAxis> => ({
  title: { text: 'step', font: { color: palette.quiet, size: 11 }, standoff: 4 },
  range: [0, Math.max(1, ...runs.map(({ steps }) => steps))],
});
