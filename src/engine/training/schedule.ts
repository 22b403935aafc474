/** Learning-rate schedules, per step. */

/**
 * One-cycle rate, linear in both phases: up from `max/25` over the first 30 % of the steps, then down to `max/25/1e4`.
 * Agrees with PyTorch's `OneCycleLR(anneal_strategy="linear")`, whose first phase ends one step before `0.3 · steps`.
 */
export function oneCycle(max: number, steps: number): (step: number) => number {
  const start = max / 25;
  const end = start / 1e4;
  const peak = 0.3 * steps - 1;
  const last = steps - 1;
  return (step) => {
    if (step <= peak) return start + (max - start) * (step / peak);
    return max + (end - max) * ((step - peak) / (last - peak));
  };
}
