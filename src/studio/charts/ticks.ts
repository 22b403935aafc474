/** Ticks of a logarithmic axis at round numbers, written out in full. */
import { significant } from '../text/numbers.ts';

export interface Ticks {
  tickvals: number[];
  ticktext: string[];
}

/** Ticks in each power of ten, the denser the smaller `high / low` is. */
const densities: readonly { above: number; steps: readonly number[] }[] = [
  { above: 1000, steps: [1] },
  { above: 15, steps: [1, 2, 5] },
  { above: 3, steps: [1, 1.5, 2, 3, 5, 7] },
  { above: 1.4, steps: [1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 7, 8, 9] },
  { above: 0, steps: Array.from({ length: 180 }, (_, index) => (100 + 5 * index) / 100) },
];

/** Ticks from `low` to `high`, both positive. */
export function logTicks(low: number, high: number): Ticks {
  const steps = densities.find(({ above }) => high / low > above)?.steps ?? [1];
  const tickvals: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) tickvals.push(step * 10 ** power);
  }
  return { tickvals, ticktext: tickvals.map(short) };
}

/** 0.2, not 0.200. The bound leaves room for rounding: 10 ** -4 may be less than 1e-4. */
const short = (value: number): string =>
  value > 0.9e-4 && value < 1e6 ? String(Number(value.toPrecision(3))) : significant(value, 1);
