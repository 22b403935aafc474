/** Folding as motion: where the picture's parts are when a share of the way is done. */
import type { Bar, Box, Column, Layout } from './layout.ts';
import { isHead } from './structure.ts';

/** How much later the last layer folds than the first, as a share of the time that one layer takes. */
const lag = 0.8;

/**
 * The layout at `t`, 0 (SuperNet) to 1 (folded): layer by layer the sources' boxes slide onto the merged one and the bars into it, where
 * they shrink to nothing. Heads stay where they are, each task keeps its own; what guessed their features vanishes before them.
 */
export function foldedAt(layout: Layout, t: number): Layout {
  if (t <= 0) return layout;
  const last = Math.max(1, layout.columns.length - 1);
  return {
    ...layout,
    columns: layout.columns.map((column, index) =>
      foldColumn(column, layout.stream, smooth(t * (1 + lag) - (lag * index) / last)),
    ),
  };
}

/** 0 before 0, 1 after 1, slow at both ends. */
export function smooth(t: number): number {
  const inside = Math.min(1, Math.max(0, t));
  return inside * inside * (3 - 2 * inside);
}

function foldColumn(column: Column, stream: number, folded: number): Column {
  const { boxes, bars, merged, layer } = column;
  return {
    ...column,
    folded,
    boxes: isHead(layer) ? boxes : boxes.map((box) => between(box, merged, folded)),
    bars: bars.map((bar): Bar => {
      const middle = isHead(layer) ? bar.box.along + bar.box.length / 2 : merged.along + merged.length / 2;
      const nothing = { along: middle, across: stream, length: 0, thickness: 0 };
      return { ...bar, box: between(bar.box, nothing, folded) };
    }),
  };
}

function between(from: Box, to: Box, t: number): Box {
  const mix = (a: number, b: number) => (t === 1 ? b : a + t * (b - a));
  return {
    along: mix(from.along, to.along),
    across: mix(from.across, to.across),
    length: mix(from.length, to.length),
    thickness: mix(from.thickness, to.thickness),
  };
}
