/** Ticks of a logarithmic axis at 1, 2 and 5 of each power of ten, written out in full. */
import { significant } from '../text/numbers.ts';

export interface Ticks {
  tickvals: number[];
  ticktext: string[];
}

/** More powers of ten than this are ticked at 1 only. */
const mostFine = 3;

/** Ticks from `low` to `high`, both positive. */
export function logTicks(low: number, high: number): Ticks {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const steps = last - first <= mostFine ? [1, 2, 5] : [1];
  const tickvals: number[] = [];
  for (let power = first; power <= last; power++) for (const step of steps) tickvals.push(step * 10 ** power);
  return { tickvals, ticktext: tickvals.map((value) => short(value)) };
}

/** 0.2, not 0.200. */
const short = (value: number): string =>
  value > 0.9e-4 && value < 1e6 ? String(Number(value.toPrecision(2))) : significant(value, 1);
