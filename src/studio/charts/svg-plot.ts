/** A line chart as SVG text: what is seen while numbers still come in, and what a report keeps. */
import type { Palette } from './palette.ts';
import type { Plot, PlotAxis, PlotLine } from './plot.ts';
import { dashPatterns, margin } from './plot.ts';

export interface Size {
  /** Pixels. */
  width: number;
  height: number;
}

/** Colours of axes and their words. */
export type PlotColours = Pick<Palette, 'text' | 'quiet' | 'line'>;

/** `title` is read by those who do not see it; null: what is around it has a name. All words are escaped. */
export function svgPlot(plot: Plot, { width, height }: Size, colours: PlotColours, title: string | null): string {
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  if (inner.width < 10 || inner.height < 10) return '';
  const x = scale(plot.x, margin.left, margin.left + inner.width);
  const y = scale(plot.y, margin.top + inner.height, margin.top);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    title === null ? ' aria-hidden="true"' : ` role="img" aria-label="${escaped(title)}"`,
    ` font-family="system-ui, sans-serif" font-size="11">`,
    rows(plot.y, y, width, colours),
    columns(plot.x, x, height, colours),
    ...plot.lines.map((line) => drawn(line, x, y)),
    '</svg>',
  ];
  return parts.join('');
}

/** Text as it may stand between tags and in quoted attributes. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

type Scale = (value: number) => number;

function scale({ range: [low, high], log }: PlotAxis, from: number, to: number): Scale {
  const place = log ? Math.log10 : (value: number) => value;
  const start = place(low);
  const length = place(high) - start || 1;
  return (value) => from + ((place(value) - start) / length) * (to - from);
}

const within = ({ range: [low, high] }: PlotAxis, value: number): boolean => value >= low && value <= high;

/** Labels of an axis need so many pixels. */
const leastGap = { row: 16, letter: 7 };

function rows(axis: PlotAxis, y: Scale, width: number, colours: PlotColours): string {
  let last = Number.POSITIVE_INFINITY;
  return axis.ticks
    .filter(({ value }) => within(axis, value))
    .map(({ value, text }) => {
      const at = y(value);
      const line = `<path d="M${margin.left} ${short(at)}H${width - margin.right}" stroke="${colours.line}"/>`;
      if (last - at < leastGap.row) return line;
      last = at;
      const label = `<text x="${margin.left - 6}" y="${short(at + 4)}" text-anchor="end" fill="${colours.quiet}">`;
      return `${line}${label}${escaped(text)}</text>`;
    })
    .join('');
}

function columns(axis: PlotAxis, x: Scale, height: number, colours: PlotColours): string {
  const y = height - margin.bottom + 15;
  let free = 0;
  const labels = axis.ticks
    .filter(({ value }) => within(axis, value))
    .map(({ value, text }) => {
      const at = x(value);
      const half = (text.length * leastGap.letter) / 2;
      if (at - half < free) return '';
      free = at + half;
      return `<text x="${short(at)}" y="${y}" text-anchor="middle" fill="${colours.quiet}">${escaped(text)}</text>`;
    });
  const middle = (x(axis.range[0]) + x(axis.range[1])) / 2;
  const title = `<text x="${short(middle)}" y="${height - 4}" text-anchor="middle" fill="${colours.quiet}">`;
  return `${labels.join('')}${title}${escaped(axis.title)}</text>`;
}

function drawn({ x: xs, y: ys, colour, width, dash, opacity, marks }: PlotLine, x: Scale, y: Scale): string {
  let path = '';
  let rings = '';
  let pen = 'M';
  for (const [index, value] of ys.entries()) {
    const across = x(xs[index] ?? Number.NaN);
    const down = value === null ? Number.NaN : y(value);
    if (!Number.isFinite(across) || !Number.isFinite(down)) {
      pen = 'M';
      continue;
    }
    path += `${pen}${short(across)} ${short(down)}`;
    pen = 'L';
    if (marks) rings += `<circle cx="${short(across)}" cy="${short(down)}" r="3"/>`;
  }
  if (path === '') return '';
  const style = `fill="none" stroke="${escaped(colour)}" stroke-width="${width}" opacity="${opacity}"`;
  const pattern = dash === 'solid' ? '' : ` stroke-dasharray="${dashPatterns[dash]}"`;
  return `<path d="${path}" ${style}${pattern} stroke-linejoin="round"/>${rings && `<g ${style}>${rings}</g>`}`;
}

/** A tenth of a pixel is enough. */
const short = (value: number): string => String(Math.round(value * 10) / 10);
