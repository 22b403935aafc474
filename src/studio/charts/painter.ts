/** Draws one chart with Plotly: loaded on first use, never more often than the page can bear. */
import type { Config, Data, Layout } from 'plotly.js';

export interface Drawing {
  data: Data[];
  layout: Partial<Layout>;
}

const config: Partial<Config> = {
  displaylogo: false,
  showSendToCloud: false,
  modeBarButtons: [['toImage', 'resetScale2d']],
};

/** Shortest time between two drawings, in milliseconds; slow drawings wait longer, so that the page stays free. */
const shortestPause = 150;
const longestPause = 600;
const pausePerDrawing = 8;

/** Makes a drawing of what holds when it is asked: what is never drawn is never made. */
export type MakeDrawing = () => Drawing;

export class Painter {
  private next: MakeDrawing | null = null;
  private busy = false;
  private gone = false;
  private readonly resizes: ResizeObserver;

  constructor(private readonly element: HTMLElement) {
    this.resizes = new ResizeObserver(() => void this.resize());
    this.resizes.observe(element);
  }

  /** Draws soon; of several drawings in a row only the last is drawn. */
  paint(make: MakeDrawing): void {
    this.next = make;
    if (!this.busy) void this.work();
  }

  dispose(): void {
    this.gone = true;
    this.resizes.disconnect();
    void loadPlotly().then((plotly) => plotly.purge(this.element));
  }

  private async work(): Promise<void> {
    this.busy = true;
    const plotly = await loadPlotly();
    while (this.next && !this.gone) {
      const started = performance.now();
      const { data, layout } = this.next();
      this.next = null;
      await plotly.react(this.element, data, layout, config);
      const pause = pausePerDrawing * (performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, Math.min(longestPause, Math.max(shortestPause, pause))));
    }
    this.busy = false;
  }

  private async resize(): Promise<void> {
    const plotly = await loadPlotly();
    if (!this.gone && this.element.classList.contains('js-plotly-plot')) await plotly.Plots.resize(this.element);
  }
}

let loaded: Promise<typeof import('plotly.js')> | null = null;

function loadPlotly(): Promise<typeof import('plotly.js')> {
  loaded ??= import('plotly.js-cartesian-dist-min').then((module) => module.default);
  return loaded;
}
