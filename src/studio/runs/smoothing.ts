/** Lines for people: smoothed, and a few of many points for a table. */

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

/** Indices of about `rows` points, evenly spread, both ends among them. */
export function sample(length: number, rows: number): number[] {
  if (length <= rows) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: rows }, (_, row) => Math.round((row * (length - 1)) / (rows - 1)));
}
