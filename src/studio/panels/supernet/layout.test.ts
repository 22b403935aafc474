import { describe, expect, it } from 'vitest';
import { flowsOf } from './flows.ts';
import { foldedAt, smooth } from './fold.ts';
import type { Box, Column, Layout } from './layout.ts';
import { extent, layOut, lengthOf, partsOf, place } from './layout.ts';
import { isHead } from './structure.ts';
import { vitLayers } from './testing.ts';

const room = (vertical: boolean) =>
  vertical ? { length: 0, thickness: 270, vertical } : { length: 930, thickness: 162, vertical };

const pictures = [2, 3, 5, 8, 16].flatMap((sources) =>
  [2, 24].flatMap((blocks) => [true, false].map((vertical) => ({ sources, blocks, vertical }))),
);
const layoutOf = ({ sources, blocks, vertical }: (typeof pictures)[number]): Layout =>
  layOut(vitLayers(blocks, sources), sources, room(vertical));

const overlap = (a: Box, b: Box): boolean =>
  a.along < b.along + b.length &&
  b.along < a.along + a.length &&
  a.across < b.across + b.thickness &&
  b.across < a.across + a.thickness;

const shapesOf = ({ boxes, bars }: Column): Box[] => [...boxes, ...bars.map(({ box }) => box)];

describe.each(pictures)('a picture of $sources sources and $blocks blocks, vertical: $vertical', (picture) => {
  const layout = layoutOf(picture);

  it('lays nothing over anything else, and nothing outside', () => {
    const shapes = layout.columns.flatMap(shapesOf);
    for (const [index, one] of shapes.entries()) {
      expect(one.along).toBeGreaterThanOrEqual(0);
      expect(one.along + one.length).toBeLessThanOrEqual(layout.length);
      expect(one.across).toBeGreaterThanOrEqual(0);
      expect(one.across + one.thickness).toBeLessThanOrEqual(layout.thickness + 1e-9);
      expect(shapes.slice(index + 1).filter((other) => overlap(one, other))).toEqual([]);
    }
  });

  it('keeps the order of layers, lanes, and U before M', () => {
    const starts = layout.columns.map((column) => extent(column));
    for (const [index, [from]] of starts.entries()) {
      if (index > 0) expect(from).toBeGreaterThan(starts[index - 1]?.[1] ?? 0);
    }
    const centres = layout.lanes.map(({ centre }) => centre);
    expect(centres).toEqual([...centres].sort((a, b) => a - b));
    expect(centres.filter((centre) => centre < layout.stream)).toHaveLength(layout.above);
    for (const { bars, boxes } of layout.columns) {
      for (const { matrix, box } of bars) {
        expect(box.along < (boxes[0]?.along ?? 0)).toBe(matrix.role === 'U');
      }
    }
  });
});

describe('a picture', () => {
  it('fills its room, and is longer than it where it must be', () => {
    const { length, columns } = layOut(vitLayers(2), 2, room(false));
    expect(length).toBeCloseTo(930, 6);
    expect(extent(columns.at(-1) as Column)[1]).toBeCloseTo(926, 6);
    expect(layOut(vitLayers(24), 2, room(false)).length).toBe(lengthOf(false)(vitLayers(24)));
  });

  it('shows all four blocks of a small ViT beside the cards at 1440 pixels', () => {
    expect(lengthOf(false)(vitLayers(4))).toBeLessThanOrEqual(934);
  });

  it('turns: what is along becomes y', () => {
    const box = { along: 1, across: 2, length: 3, thickness: 4 };
    expect(place(box, false)).toEqual({ x: 1, y: 2, width: 3, height: 4 });
    expect(place(box, true)).toEqual({ x: 2, y: 1, width: 4, height: 3 });
  });

  it('splits a bar by its shares, without a gap, and leaves one without shares whole', () => {
    const { columns } = layOut(vitLayers(1), 2, room(false));
    const [bar] = columns[0]?.bars ?? [];
    if (!bar) throw new Error('no bar');
    const shared = { ...bar, matrix: { ...bar.matrix, shares: [0.25, 0.75] } };
    const [first, second] = partsOf(shared).map(({ box }) => box);
    expect(first).toMatchObject({ across: bar.box.across, thickness: bar.box.thickness / 4 });
    expect(second?.across).toBeCloseTo(bar.box.across + bar.box.thickness / 4, 9);
    expect(second?.thickness).toBeCloseTo((3 * bar.box.thickness) / 4, 9);
    expect(partsOf({ ...bar, matrix: { ...bar.matrix, shares: null } })).toEqual([{ block: null, box: bar.box }]);
  });

  it('lets flows pass beside the boxes of nearer lanes, each from its bar to its own box', () => {
    const layout = layOut(vitLayers(1, 8), 8, room(false));
    for (const column of layout.columns) {
      const [from, to] = extent(column);
      const box = column.boxes[0] as Box;
      for (const { points, source } of flowsOf(column, layout)) {
        const [[start], , [end, across]] = points;
        expect(start).toBeGreaterThanOrEqual(from);
        expect(start).toBeLessThanOrEqual(to);
        expect(start > box.along && start < box.along + box.length).toBe(false);
        expect([box.along, box.along + box.length]).toContain(end);
        expect(across).toBeCloseTo(layout.lanes[source]?.centre ?? 0, 9);
      }
    }
  });

  it('has no flow to a source that a matrix has no block of', () => {
    const layout = layOut(vitLayers(1, 3), 3, room(false));
    const column = layout.columns[0] as Column;
    const [bar] = column.bars;
    if (!bar) throw new Error('no bar');
    const later = { ...column, bars: [{ ...bar, matrix: { ...bar.matrix, owners: [null, 2], shares: [0.3, 0.7] } }] };
    expect(flowsOf(later, layout).map(({ source, share }) => [source, share])).toEqual([[2, 0.7]]);
  });
});

describe('the fold', () => {
  const layout = layOut(vitLayers(4), 2, room(false));

  it('is the SuperNet itself at 0', () => {
    expect(foldedAt(layout, 0)).toBe(layout);
  });

  it('is one plain network at 1: every lane on the stream, every bar nothing, each task its own head', () => {
    const { columns } = foldedAt(layout, 1);
    for (const [index, { layer, boxes, merged, bars, folded }] of columns.entries()) {
      expect(folded).toBe(1);
      expect(boxes).toEqual(isHead(layer) ? layout.columns[index]?.boxes : boxes.map(() => merged));
      expect(merged.across + merged.thickness / 2).toBeCloseTo(layout.stream, 9);
      for (const { box } of bars) expect([box.length, box.thickness]).toEqual([0, 0]);
    }
  });

  it('is half way at 0.5: the first layers folded, the last not yet, what lies between on its way', () => {
    const { columns } = foldedAt(layout, 0.5);
    const done = columns.map(({ folded }) => folded);
    expect(done[0]).toBeGreaterThan(0.9);
    expect(done.at(-1)).toBeLessThan(0.1);
    expect(done).toEqual([...done].sort((a, b) => b - a));
    const [before, now] = [layout.columns[8] as Column, columns[8] as Column];
    expect(now.boxes[0]?.across).toBeGreaterThan(before.boxes[0]?.across ?? 0);
    expect(now.boxes[0]?.across).toBeLessThan(now.merged.across);
    expect(now.bars[0]?.box.thickness).toBeLessThan(before.bars[0]?.box.thickness ?? 0);
  });

  it('starts and ends slowly', () => {
    expect([-1, 0, 0.5, 1, 2].map(smooth)).toEqual([0, 0, 0.5, 1, 1]);
    expect(smooth(0.1)).toBeLessThan(0.1);
  });
});
