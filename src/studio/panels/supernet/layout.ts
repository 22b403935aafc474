/**
 * Where everything of the picture lies. "Along" runs from the inputs to the heads, "across" over the lanes; `place` turns that into
 * x and y, for a picture from left to right or from top to bottom. All lengths are in CSS pixels.
 */
import type { Layer, Matrix } from './structure.ts';
import { isHead } from './structure.ts';

export interface Box {
  along: number;
  across: number;
  length: number;
  thickness: number;
}

export interface Bar {
  matrix: Matrix;
  box: Box;
}

export interface Column {
  layer: Layer;
  /** The layer of each source, on its lane. */
  boxes: Box[];
  /** U first. */
  bars: Bar[];
  /** The folded layer, on the stream. */
  merged: Box;
  /** How far it is folded, 0 to 1. */
  folded: number;
}

export interface Caption {
  text: string;
  from: number;
  to: number;
}

export interface Layout {
  length: number;
  thickness: number;
  lanes: { source: number; centre: number; thickness: number }[];
  /** Lanes before the stream; the others lie behind it. */
  above: number;
  /** Middle of the merged stream. */
  stream: number;
  columns: Column[];
  captions: Caption[];
}

export interface Room {
  /** The picture fills it; it becomes longer where the layers need more. */
  length: number;
  thickness: number;
  vertical: boolean;
}

/** Between a bar and its box: where the flows turn. */
const turn = 4;
const barGap = 2;
const leastGap = 7;
const headLength = { flat: 50, vertical: 24 };
/** A bar is thicker where fingers choose it. */
const barLength = { flat: 6, vertical: 10 };
/** Boxes grow no further than by this; the rest goes between the layers. */
const mostGrowth = 110;
const margin = 4;

const look = (vertical: boolean) => (vertical ? 'vertical' : 'flat');

/** Least length of a layer's boxes. */
function boxLength(layer: Layer, vertical: boolean): number {
  if (isHead(layer)) return headLength[look(vertical)];
  return vertical ? 18 : Math.max(18, 5 * layer.label.length + 4);
}

function barsBefore({ unmerge }: Layer, vertical: boolean): number {
  return unmerge ? barLength[look(vertical)] + turn : 0;
}

function barsBehind({ merges }: Layer, vertical: boolean): number {
  return merges.length === 0 ? 0 : turn + merges.length * (barLength[look(vertical)] + barGap) - barGap;
}

const leastLength = (layer: Layer, vertical: boolean): number =>
  barsBefore(layer, vertical) + boxLength(layer, vertical) + barsBehind(layer, vertical);

/** How long a picture of these layers is at least. */
export const lengthOf =
  (vertical: boolean) =>
  (layers: readonly Layer[]): number =>
    2 * margin + layers.reduce((sum, layer) => sum + leastLength(layer, vertical) + leastGap, -leastGap);

/** Layers from one end of the room to the other, a lane for each source on both sides of the stream. */
export function layOut(layers: readonly Layer[], sources: number, room: Room): Layout {
  const { vertical } = room;
  const across = lanesOf(sources, room.thickness);
  const least = lengthOf(vertical)(layers);
  const spare = Math.max(0, room.length - least);
  const growth = Math.min(mostGrowth, (0.4 * spare) / layers.length);
  const grows = layers.filter((layer) => !isHead(layer)).length;
  const gap = leastGap + (layers.length > 1 ? (spare - growth * grows) / (layers.length - 1) : 0);
  let along = margin;
  const columns = layers.map((layer) => {
    const column = columnAt(layer, along, isHead(layer) ? 0 : growth, across, vertical);
    along += leastLength(layer, vertical) + (isHead(layer) ? 0 : growth) + gap;
    return column;
  });
  const { lanes, above, stream } = across;
  const length = Math.max(least, along - gap + margin);
  return { length, thickness: room.thickness, lanes, above, stream, columns, captions: captionsOf(columns) };
}

interface Across extends Pick<Layout, 'lanes' | 'above' | 'stream'> {
  bars: number;
}

/** The first half of the sources before the stream, the others behind it, in their order. */
function lanesOf(sources: number, thickness: number): Across {
  const [barShare, clearShare] = sources <= 2 ? [0.4, 0.11] : sources <= 4 ? [0.32, 0.08] : [0.2, 0.05];
  const [bars, clear] = [barShare * thickness, clearShare * thickness];
  const pitch = (thickness - bars - 2 * clear) / sources;
  const above = Math.ceil(sources / 2);
  const lanes = Array.from({ length: sources }, (_, source) => ({
    source,
    centre: (source + 0.5) * pitch + (source < above ? 0 : bars + 2 * clear),
    thickness: Math.min(pitch - Math.min(3, 0.2 * pitch), 74),
  }));
  return { lanes, above, stream: above * pitch + clear + bars / 2, bars };
}

function columnAt(layer: Layer, along: number, growth: number, across: Across, vertical: boolean): Column {
  const length = boxLength(layer, vertical) + growth;
  const start = along + barsBefore(layer, vertical);
  const { lanes, stream, bars } = across;
  const bar = (matrix: Matrix, at: number): Bar => ({
    matrix,
    box: { along: at, across: stream - bars / 2, length: barLength[look(vertical)], thickness: bars },
  });
  const behind = layer.merges.map((matrix, index) =>
    bar(matrix, start + length + turn + index * (barLength[look(vertical)] + barGap)),
  );
  const thickness = Math.min(bars, 34);
  return {
    layer,
    boxes: lanes.map((lane) => ({
      along: start,
      across: lane.centre - lane.thickness / 2,
      length,
      thickness: lane.thickness,
    })),
    bars: [...(layer.unmerge ? [bar(layer.unmerge, along)] : []), ...behind],
    merged: { along: start, across: stream - thickness / 2, length, thickness },
    folded: 0,
  };
}

/** First and last point along a column. */
export function extent({ boxes, bars }: Column): [from: number, to: number] {
  const all = [...boxes, ...bars.map(({ box }) => box)];
  return [Math.min(...all.map(({ along }) => along)), Math.max(...all.map(({ along, length }) => along + length))];
}

function captionsOf(columns: readonly Column[]): Caption[] {
  const captions: Caption[] = [];
  for (const column of columns) {
    const [from, to] = extent(column);
    const last = captions.at(-1);
    if (last?.text === column.layer.place) last.to = to;
    else captions.push({ text: column.layer.place, from, to });
  }
  return captions;
}

/** Pixels of a box: from left to right, or from top to bottom. */
export const place = ({ along, across, length, thickness }: Box, vertical: boolean) =>
  vertical
    ? { x: across, y: along, width: thickness, height: length }
    : { x: along, y: across, width: length, height: thickness };

/** A bar's parts, in the order of its blocks. Without shares it is one part of nobody. */
export function partsOf({ matrix, box }: Bar): { block: number | null; box: Box }[] {
  if (!matrix.shares) return [{ block: null, box }];
  let { across } = box;
  return matrix.shares.map((share, block) => {
    const part = { block, box: { ...box, across, thickness: share * box.thickness } };
    across += part.box.thickness;
    return part;
  });
}
