/** Ticks at round numbers, written out in full. */
import { count, significant } from '../text/numbers.ts';
import type { PlotAxis, Tick } from './plot.ts';

/** Ticks in each power of ten, the denser the smaller `high / low` is. */
const densities: readonly { above: number; steps: readonly number[] }[] = [
  { above: 1000, steps: [1] },
  { above: 15, steps: [1, 2, 5] },
  { above: 3, steps: [1, 1.5, 2, 3, 5, 7] },
  { above: 1.4, steps: [1, 1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3.2, 3.6, 4, 4.5, 5, 5.5, 6, 7, 8, 9] },
  { above: 0, steps: Array.from({ length: 180 }, (_, index) => (100 + 5 * index) / 100) },
];

/** Ticks of a logarithmic axis from `low` to `high`, both positive. */
export function logTicks(low: number, high: number): Tick[] {
  const steps = densities.find(({ above }) => high / low > above)?.steps ?? [1];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) values.push(step * 10 ** power);
  }
  return values.map((value) => ({ value, text: short(value) }));
}

/** At most about `most` ticks from `low` to `high`, at multiples of 1, 2 or 5 times a power of ten; at least `least` apart. */
export function linearTicks(low: number, high: number, most = 6, least = 0): Tick[] {
  const rough = Math.max((high - low) / most, least);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const ticks: Tick[] = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + 1e-9 * step; index++) {
    ticks.push({ value: index * step, text: short(index * step) });
  }
  return ticks;
}

/** 0.2, not 0.200. The bound leaves room for rounding: 10 ** -4 may be less than 1e-4. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e6) return count(value);
  return value === 0 || (size > 0.9e-4 && size < 1e6) ? String(Number(value.toPrecision(3))) : significant(value, 1);
}

/** From the first step to `steps`, the last that the longest run will take, so that one sees how far it is. */
export function stepAxis(steps: number): PlotAxis {
  const last = Math.max(1, steps);
  return { title: 'step', range: [0, last], log: false, ticks: linearTicks(0, last, 6, 1) };
}

/** Fits an axis around positive `values`; logarithmic, or from 0. Without any it has no ticks. */
export function positiveAxis(values: Iterable<number>, log: boolean): PlotAxis {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (!(value > 0) || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return { title: '', range: [0, 1], log: false, ticks: [] };
  if (!log) return { title: '', range: [0, high * 1.05], log, ticks: linearTicks(0, high * 1.05) };
  const room = Math.max(high / low, 1.05) ** 0.05;
  return { title: '', range: [low / room, high * room], log, ticks: logTicks(low / room, high * room) };
}
