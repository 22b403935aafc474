/** Learning-rate schedules, per step. */
import type { Schedule } from '../recipe.ts';

/** The rate of a step, from 0 to `steps − 1`. */
export type Rate = (step: number) => number;

/** The schedule of a recipe with highest rate `max`; `warmUp` is the share of the steps in which a cosine rises. */
export function rateOf(schedule: Schedule, max: number, steps: number, warmUp: number): Rate {
  switch (schedule) {
    case 'one-cycle':
      return oneCycle(max, steps);
    case 'cosine':
      return cosine(max, steps, Math.round(warmUp * steps));
    case 'constant':
      return () => max;
    default:
      throw schedule satisfies never;
  }
}

/** Linear from max/rise to max over the first `rise` steps, then half a cosine down to 0 (Loshchilov and Hutter, arXiv 1608.03983). */
function cosine(max: number, steps: number, rise: number): Rate {
  return (step) => {
    if (step < rise) return (max * (step + 1)) / rise;
    return (max / 2) * (1 + Math.cos((Math.PI * (step - rise)) / (steps - rise)));
  };
}

/**
 * One-cycle rate, linear in both phases: up from `max/25` over the first 30 % of the steps, then down to `max/25/1e4`.
 * Agrees with PyTorch's `OneCycleLR(anneal_strategy="linear")`, whose first phase ends one step before `0.3 · steps`.
 */
export function oneCycle(max: number, steps: number): Rate {
  const start = max / 25;
  const end = start / 1e4;
  const peak = 0.3 * steps - 1;
  const last = steps - 1;
  return (step) => {
    if (step <= peak) return start + (max - start) * (step / peak);
    return max + (end - max) * ((step - peak) / (last - peak));
  };
}
