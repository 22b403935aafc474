/**
 * Draws one chart, never more often than the page can bear. As a picture it is a small SVG, which costs a millisecond while numbers
 * still come in; under the pointer it is Plotly's, which can be read and zoomed, and is loaded then for the first time.
 */
import type { Config, PlotlyHTMLElement } from 'plotly.js';
import type { Palette } from './palette.ts';
import type { Plot } from './plot.ts';
import { margin } from './plot.ts';
import { plotlyDrawing } from './plotly-drawing.ts';
import { svgPlot } from './svg-plot.ts';

/** Makes a plot of what holds when it is asked: what is never drawn is never made. `columns`: pixels across. */
export type MakePlot = (palette: Palette, columns: number) => Plot;

export interface Painting {
  make: MakePlot;
  palette: Palette;
}

type Plotly = typeof import('plotly.js');

const config: Partial<Config> = {
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtons: [['toImage', 'resetScale2d']],
};

/** Shortest time between two drawings, in milliseconds; slow drawings wait longer, so that the page stays free. */
const shortestPause = 200;
const longestPause = 1000;
const pausePerDrawing = 8;

/** A pointer that stays for less does not want to read, in milliseconds. */
const passing = 200;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Painter {
  private latest: Painting | null = null;
  private due = false;
  private busy = false;
  private gone = false;
  private exploring = false;
  /** Plotly, while somebody explores. */
  private wanted: Plotly | null = null;
  /** Plotly, while it has the chart. */
  private drawn: Plotly | null = null;
  private zoomed = false;
  private readonly resizes: ResizeObserver;

  constructor(private readonly element: HTMLElement) {
    this.resizes = new ResizeObserver(() => this.redraw());
    this.resizes.observe(element);
  }

  /** Draws soon; of several paintings in a row only the last is drawn. */
  paint(painting: Painting): void {
    this.latest = painting;
    this.redraw();
  }

  /** Lets a person read values and zoom, unless the pointer only passes by. */
  async explore(): Promise<void> {
    if (this.exploring) return;
    this.exploring = true;
    await pause(passing);
    if (!this.exploring) return;
    const plotly = await loadPlotly();
    if (!this.exploring) return;
    this.wanted = plotly;
    this.redraw();
  }

  /** The pointer has left. Live charts are pictures again, unless a person has zoomed into them. */
  leave(live: boolean): void {
    this.exploring = false;
    if (!live || this.zoomed) return;
    this.wanted = null;
    this.redraw();
  }

  dispose(): void {
    this.gone = true;
    this.resizes.disconnect();
    this.drawn?.purge(this.element);
  }

  private redraw(): void {
    this.due = true;
    if (!this.busy) void this.work();
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.due && this.latest && !this.gone) {
      this.due = false;
      const started = performance.now();
      await this.draw(this.latest);
      await pause(Math.min(longestPause, Math.max(shortestPause, pausePerDrawing * (performance.now() - started))));
    }
    this.busy = false;
  }

  private async draw({ make, palette }: Painting): Promise<void> {
    const { clientWidth: width, clientHeight: height } = this.element;
    const plot = make(palette, Math.max(1, width - margin.left - margin.right));
    const { wanted } = this;
    if (!wanted) {
      this.drawn?.purge(this.element);
      this.drawn = null;
      this.element.innerHTML = svgPlot(plot, { width, height }, palette, null);
      return;
    }
    const isNew = this.drawn === null;
    if (isNew) this.element.replaceChildren();
    this.drawn = wanted;
    const { data, layout } = plotlyDrawing(plot, palette);
    const chart = await wanted.react(this.element, data, { ...layout, width, height }, config);
    if (isNew && !this.gone) this.heedZoom(chart);
  }

  private heedZoom(chart: PlotlyHTMLElement): void {
    this.zoomed = false;
    chart.on('plotly_relayout', (change) => {
      // Plotly tells of new sizes too.
      if (!('width' in change)) this.zoomed = 'xaxis.range[0]' in change || 'yaxis.range[0]' in change;
    });
  }
}

let loaded: Promise<Plotly> | null = null;

function loadPlotly(): Promise<Plotly> {
  loaded ??= import('plotly.js-cartesian-dist-min').then((module) => module.default);
  return loaded;
}
