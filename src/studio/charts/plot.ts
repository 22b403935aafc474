/** A line chart as numbers and colours, whoever draws it: Plotly, or the small SVG writer. */

export type Dash = 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';

export interface PlotLine {
  name: string;
  /** Ascending. */
  x: readonly number[];
  /** Null and what is not finite are gaps. */
  y: readonly (number | null)[];
  /** Any CSS colour. */
  colour: string;
  width: number;
  dash: Dash;
  /** 0 to 1. */
  opacity: number;
  /** Rings at the points. */
  marks: boolean;
  /** Whether the pointer reads its values. */
  readable: boolean;
}

export interface Tick {
  value: number;
  text: string;
}

export interface PlotAxis {
  title: string;
  /** In values, also where the axis is logarithmic. */
  range: readonly [number, number];
  log: boolean;
  ticks: readonly Tick[];
}

export interface Plot {
  lines: PlotLine[];
  x: PlotAxis;
  y: PlotAxis;
  /** d3 format of a y value under the pointer, and its unit. */
  reading: { format: string; unit: string };
}

/** Dashes and gaps in units of SVG, as Plotly draws them. */
export const dashPatterns: Record<Dash, string> = {
  solid: '',
  dash: '8 5',
  dot: '2 4',
  dashdot: '8 4 2 4',
  longdash: '14 5',
  longdashdot: '14 4 2 4',
};

/** Pixels around the plotting area. */
export const margin = { left: 52, right: 12, top: 8, bottom: 36 };
