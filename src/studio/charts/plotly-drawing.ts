/** A plot as Plotly draws it: quiet lines, the page's font, no frame. Plotly reads words as markup, so they are escaped. */
import type { Data, Layout, LayoutAxis } from 'plotly.js';
import type { Palette } from './palette.ts';
import type { Plot, PlotAxis, PlotLine } from './plot.ts';
import { margin } from './plot.ts';
import { escaped } from './svg-plot.ts';

export interface Drawing {
  data: Data[];
  layout: Partial<Layout>;
}

export function plotlyDrawing({ lines, x, y, reading }: Plot, palette: Palette): Drawing {
  const template = `%{y:${reading.format}}${reading.unit}`;
  return {
    data: lines.map((line) => trace(line, template)),
    layout: {
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: 'system-ui, sans-serif', color: palette.text, size: 12 },
      margin: { l: margin.left, r: margin.right, t: margin.top, b: margin.bottom },
      showlegend: false,
      hovermode: 'x unified',
      hoverlabel: { bgcolor: palette.surface, bordercolor: palette.line, font: { color: palette.text, size: 12 } },
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: palette.quiet, activecolor: palette.text },
      autosize: true,
      // Zoom and hover survive new points.
      uirevision: 'kept',
      xaxis: { ...axis(x, palette), showgrid: false },
      yaxis: axis(y, palette),
    },
  };
}

function trace({ name, x, y, colour, width, dash, opacity, marks, readable }: PlotLine, template: string): Data {
  return {
    type: 'scatter',
    mode: marks ? 'lines+markers' : 'lines',
    name: escaped(name),
    x: [...x],
    y: [...y],
    line: { color: colour, width, dash },
    marker: { color: colour, size: 6, symbol: 'circle-open' },
    opacity,
    cliponaxis: false,
    ...(readable ? { hovertemplate: template } : { hoverinfo: 'skip' }),
  };
}

function axis({ title, range, log, ticks }: PlotAxis, palette: Palette): Partial<LayoutAxis> {
  return {
    type: log ? 'log' : 'linear',
    range: log ? range.map(Math.log10) : [...range],
    ...(title === '' ? {} : { title: { text: escaped(title), font: { color: palette.quiet, size: 11 }, standoff: 4 } }),
    tickvals: ticks.map(({ value }) => value),
    ticktext: ticks.map(({ text }) => escaped(text)),
    gridcolor: palette.line,
    linecolor: palette.line,
    zeroline: false,
    tickfont: { color: palette.quiet, size: 11 },
  };
}
