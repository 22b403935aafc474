/** The snapshot nearest to a step; undefined where there are none. Of two that are equally near the earlier. */
export function snapshotAt(steps: readonly number[], step: number): number | undefined {
  let nearest: number | undefined;
  for (const candidate of steps) {
    if (nearest === undefined || Math.abs(candidate - step) < Math.abs(nearest - step)) nearest = candidate;
  }
  return nearest;
}
