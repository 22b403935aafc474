/** Lines thinned to what a chart can show: the lowest and the highest point of each column of pixels. */

export interface Line {
  /** Ascending. */
  x: readonly number[];
  y: readonly number[];
}

/**
 * At most two points for each of `columns` columns of equal width over x: the lowest and the highest y, in the order of x. No
 * extreme is hidden. Of a column without any finite y one point stays, so that a gap stays a gap. Lines that are short enough are
 * handed back as they are. Takes time in proportion to the points.
 */
export function envelope(line: Line, columns: number): Line {
  const { x, y } = line;
  const count = y.length;
  const whole = Math.max(1, Math.floor(columns));
  if (count <= 2 * whole) return line;
  const first = x[0] ?? 0;
  const scale = whole / ((x[count - 1] ?? 0) - first || 1);
  const kept: { x: number[]; y: number[] } = { x: [], y: [] };
  const keep = (index: number) => {
    kept.x.push(x[index] as number);
    kept.y.push(y[index] as number);
  };
  let start = 0;
  while (start < count) {
    const column = columnOf(x[start] as number, first, scale, whole);
    let end = start + 1;
    while (end < count && columnOf(x[end] as number, first, scale, whole) === column) end++;
    const { low, high } = extremes(y, start, end);
    keep(Math.min(low, high));
    if (low !== high) keep(Math.max(low, high));
    start = end;
  }
  return kept;
}

/** The last point belongs to the last column. */
const columnOf = (x: number, first: number, scale: number, columns: number): number =>
  Math.min(columns - 1, Math.floor((x - first) * scale));

/** Indices of the lowest and the highest finite value in [start, end); `start` for both where there is none. */
function extremes(y: readonly number[], start: number, end: number): { low: number; high: number } {
  let low = -1;
  let high = -1;
  for (let index = start; index < end; index++) {
    const value = y[index] as number;
    if (!Number.isFinite(value)) continue;
    if (low < 0 || value < (y[low] as number)) low = index;
    if (high < 0 || value > (y[high] as number)) high = index;
  }
  return low < 0 ? { low: start, high: start } : { low, high };
}
