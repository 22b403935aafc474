/** Training curves as typed arrays: 12 bytes for a point with one loss. */
import type { TrainingPoint } from '../../worker/protocol.ts';
import type { Curve } from '../../worker/session-schema.ts';

interface Packed {
  count: number;
  steps: Int32Array<ArrayBuffer>;
  rates: Float32Array<ArrayBuffer>;
  losses: Float32Array<ArrayBuffer>;
}

const leastRoom = 1024;

/** By the first point of a curve, which stays the same while the curve grows: only new points are packed. */
const packs = new WeakMap<TrainingPoint, Packed>();

export function packCurve(points: readonly TrainingPoint[]): Curve {
  const [first] = points;
  if (!first) return { steps: new Int32Array(), rates: new Float32Array(), losses: new Float32Array(), width: 0 };
  const width = first.losses.length;
  const packed = withRoom(packs.get(first), points.length, width);
  packs.set(first, packed);
  for (let index = packed.count; index < points.length; index++) {
    const { step, rate, losses } = points[index] as TrainingPoint;
    packed.steps[index] = step;
    packed.rates[index] = rate;
    for (let at = 0; at < width; at++) packed.losses[index * width + at] = losses[at] ?? Number.NaN;
  }
  packed.count = points.length;
  const { count, steps, rates, losses } = packed;
  return { steps: steps.slice(0, count), rates: rates.slice(0, count), losses: losses.slice(0, count * width), width };
}

function withRoom(before: Packed | undefined, count: number, width: number): Packed {
  if (before && before.steps.length >= count) return before;
  const room = Math.max(leastRoom, 2 * count);
  const after: Packed = {
    count: before?.count ?? 0,
    steps: new Int32Array(room),
    rates: new Float32Array(room),
    losses: new Float32Array(room * width),
  };
  if (before) for (const part of ['steps', 'rates', 'losses'] as const) after[part].set(before[part]);
  return after;
}

export const unpackCurve = ({ steps, rates, losses, width }: Curve): TrainingPoint[] =>
  Array.from(steps, (step, index) => ({
    step,
    rate: rates[index] ?? 0,
    losses: Array.from(losses.subarray(index * width, (index + 1) * width)),
  }));
