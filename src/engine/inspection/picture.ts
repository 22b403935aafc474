/** A matrix as pixels: sums at its sides, an order in which a selection becomes visible, smaller copies that lose no entry. */
import type { Blocked, Grid } from './block.ts';

export interface Sums {
  /** Of each row. */
  rows: Float32Array<ArrayBuffer>;
  /** Of each column. */
  columns: Float32Array<ArrayBuffer>;
}

export function sums({ rows, columns, values }: Grid): Sums {
  const [byRow, byColumn] = [new Float64Array(rows), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      byRow[row]! += value;
      byColumn[column]! += value;
    }
  }
  return { rows: Float32Array.from(byRow), columns: Float32Array.from(byColumn) };
}

/**
 * The merged features (columns of M, rows of U) by the source whose block has most of their squares, then by the place of their
 * largest entry there: what selects becomes a staircase. Features of zeros come last.
 */
export function orderBySource({ role, bounds, rows, columns, values }: Blocked): Uint32Array<ArrayBuffer> {
  const [merged, all] = role === 'M' ? [columns, rows] : [rows, columns];
  const at = (feature: number, place: number) =>
    values[role === 'M' ? place * columns + feature : feature * columns + place]!;
  const keys = Float64Array.from({ length: merged }, (_, feature) => {
    const { source, place } = strongest(bounds, (index) => at(feature, index));
    return source * all + place;
  });
  return Uint32Array.from([...keys.keys()].sort((a, b) => keys[a]! - keys[b]! || a - b));
}

/** The block with most of the squares, and the place of its largest entry; behind the last block for zeros. */
function strongest(bounds: readonly number[], at: (place: number) => number): { source: number; place: number } {
  let found = { source: bounds.length, place: 0 };
  let most = 0;
  for (let source = 0; source + 1 < bounds.length; source++) {
    let [sum, place, largest] = [0, 0, -1];
    for (let index = bounds[source]!; index < bounds[source + 1]!; index++) {
      const square = at(index) ** 2;
      sum += square;
      if (square > largest) [place, largest] = [index, square];
    }
    if (sum > most) {
      most = sum;
      found = { source, place };
    }
  }
  return found;
}

/** The matrix with its merged features in this order. */
export function ordered({ role, rows, columns, values }: Blocked, order: Uint32Array): Grid {
  const moved = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    if (role === 'U') {
      const from = order[row]! * columns;
      moved.set(values.subarray(from, from + columns), row * columns);
    } else {
      for (let column = 0; column < columns; column++) {
        moved[row * columns + column] = values[row * columns + order[column]!]!;
      }
    }
  }
  return { rows, columns, values: moved };
}

/** Half the size: of every two by two entries the one that is largest in size, so that a lone entry stays visible. */
export function halved({ rows, columns, values }: Grid): Grid {
  const [down, across] = [Math.ceil(rows / 2), Math.ceil(columns / 2)];
  const half = new Float32Array(down * across);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [at, value] = [(row >> 1) * across + (column >> 1), values[row * columns + column]!];
      if (Math.abs(value) > Math.abs(half[at]!)) half[at] = value;
    }
  }
  return { rows: down, columns: across, values: half };
}

/**
 * RGBA pixels of `values`, row by row: `table` has the colours from −end to end, as packed pixels. What is beyond is drawn as the
 * end, what is no number as 0.
 */
export function paintPixels(values: Float32Array, end: number, table: Uint32Array): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint32Array(values.length);
  const middle = (table.length - 1) / 2;
  const scale = end > 0 ? middle / end : 0;
  for (let index = 0; index < values.length; index++) {
    const place = Math.round(middle + values[index]! * scale);
    pixels[index] = table[Number.isNaN(place) ? middle : Math.max(0, Math.min(table.length - 1, place))]!;
  }
  return new Uint8ClampedArray(pixels.buffer);
}
