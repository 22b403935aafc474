/** Timing several variants against one another on a machine that does other things too. */

/** Times of one variant, in ms. */
export type Times = number[];

export interface Variant {
  /** Runs `count` times; the ms of each, or of their mean. */
  run(count: number): Promise<Times>;
}

export interface Pace {
  /** How often all variants take turns. */
  rounds: number;
  /** About how long one variant runs in a round, in ms. */
  slice: number;
}

/**
 * All variants by turns, round after round, so that what else the machine does hits them alike. Each runs twice before:
 * the first run makes caches and compiles, the second tells how many fit in a slice.
 */
export async function byTurns(variants: readonly Variant[], { rounds, slice }: Pace): Promise<Times[]> {
  const counts: number[] = [];
  for (const variant of variants) {
    await variant.run(1);
    const [second = slice] = await variant.run(1);
    counts.push(Math.min(50, Math.max(1, Math.round(slice / second))));
  }
  const times: Times[] = variants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, variant] of variants.entries()) times[index]?.push(...(await variant.run(counts[index] ?? 1)));
  }
  return times;
}

export function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export const least = (times: readonly number[]): number => Math.min(...times);

/** "1.16×", or a dash. */
export const ratio = (value: number, reference: number): string => {
  const quotient = value / reference;
  return Number.isFinite(quotient) ? `${quotient.toPrecision(3)}×` : '–';
};

/** Milliseconds as people read them: "38.2", "1,540". */
export const ms = (time: number): string =>
  Number.isFinite(time) ? time.toLocaleString('en-US', { maximumSignificantDigits: time < 1000 ? 3 : 4 }) : '–';

/** "38.2 (33.1)": of the medians, and of the least times. */
export const both = (times: Times, show: (time: number) => string): string =>
  times.length === 0 ? '–' : `${show(median(times))} (${show(least(times))})`;

/** "1.16× (1.12×)": of the medians, and of the least times. */
export const quotient = (times: Times, reference: Times): string =>
  times.length === 0 || reference.length === 0
    ? '–'
    : `${ratio(median(times), median(reference))} (${ratio(least(times), least(reference))})`;
