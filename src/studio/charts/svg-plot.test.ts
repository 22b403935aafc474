import { describe, expect, it } from 'vitest';
import type { Plot, PlotLine } from './plot.ts';
import { escaped, svgPlot } from './svg-plot.ts';

const line = (changes: Partial<PlotLine>): PlotLine => ({
  name: 'a',
  x: [0, 10],
  y: [0, 1],
  colour: 'red',
  width: 1,
  dash: 'solid',
  opacity: 1,
  marks: false,
  readable: true,
  ...changes,
});
const axis = (low: number, high: number, log = false) => ({
  title: 'step',
  range: [low, high] as const,
  log,
  ticks: [],
});
const plot = (lines: PlotLine[], changes: Partial<Plot> = {}): Plot => ({
  lines,
  x: axis(0, 10),
  y: axis(0, 1),
  reading: { format: '', unit: '' },
  ...changes,
});
const colours = { text: 'black', quiet: 'grey', line: 'silver' };
/** The plotting area is 100 × 100, from (52, 8). */
const draw = (drawing: Plot) => svgPlot(drawing, { width: 164, height: 144 }, colours, 'Loss');

describe('svgPlot', () => {
  it('draws from the lower left corner to the upper right one', () => {
    expect(draw(plot([line({})]))).toContain('d="M52 108L152 8"');
  });

  it('puts equal factors at equal distances on a logarithmic axis', () => {
    const drawing = plot([line({ x: [0, 5, 10], y: [1, 10, 100] })], { y: axis(1, 100, true) });
    expect(draw(drawing)).toContain('d="M52 108L102 58L152 8"');
  });

  it('breaks the line where there is nothing, and marks points that are asked for', () => {
    const svg = draw(plot([line({ x: [0, 1, 2, 10], y: [0, null, Number.NaN, 1], marks: true, dash: 'dot' })]));
    expect(svg).toContain('d="M52 108M152 8"');
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg).toContain('stroke-dasharray="2 4"');
  });

  it('has ticks inside the range only, and no labels on top of one another', () => {
    const ticks = [0.5, 0.51, 2].map((value) => ({ value, text: `<${value}>` }));
    const svg = draw(plot([], { y: { ...axis(0, 1), ticks } }));
    expect(svg).toContain('&#60;0.5&#62;');
    expect(svg).not.toContain('0.51');
    expect(svg).not.toContain('2&#62;');
  });

  it('is nothing where there is no room', () => {
    expect(svgPlot(plot([line({})]), { width: 40, height: 40 }, colours, '')).toBe('');
  });
});

it('escapes what means something in XML', () => {
  expect(escaped(`<a href="x">'&`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;');
});
