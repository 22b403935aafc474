/** Lines for people: smoothed, and thinned where a chart has fewer pixels than there are points. */

/** How much of the average a step keeps: over about a thirtieth of the run, 3 to 12 steps. */
export const smoothingWeight = (steps: number): number => 1 - 1 / Math.min(12, Math.max(3, steps / 30));

/**
 * Exponential moving average, corrected for its start: the first value is the first point, not a fraction of it.
 * Values that are no numbers are passed through and do not enter the average.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}

export interface Line {
  x: number[];
  y: number[];
}

/** Keeps the lowest and the highest point of each stretch, so that spikes stay, and both ends. At most about `most` points. */
export function thin(line: Line, most = 2000): Line {
  const { x, y } = line;
  if (y.length <= most) return line;
  const stretch = Math.ceil((2 * y.length) / most);
  const kept = new Set([0, y.length - 1]);
  for (let start = 0; start < y.length; start += stretch) {
    let low = start;
    let high = start;
    for (let index = start; index < Math.min(y.length, start + stretch); index++) {
      if ((y[index] ?? 0) < (y[low] ?? 0)) low = index;
      if ((y[index] ?? 0) > (y[high] ?? 0)) high = index;
    }
    kept.add(low).add(high);
  }
  const indices = [...kept].sort((a, b) => a - b);
  return { x: indices.map((index) => x[index] ?? 0), y: indices.map((index) => y[index] ?? 0) };
}

/** Indices of about `rows` points, evenly spread, both ends among them. */
export function sample(length: number, rows: number): number[] {
  if (length <= rows) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: rows }, (_, row) => Math.round((row * (length - 1)) / (rows - 1)));
}
