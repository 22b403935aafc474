/**
 * Spherical interpolation between two sources, tensor by tensor (Shoemake 1985 for rotations; for weights as in mergekit).
 * Of two tensors of one norm it keeps the norm, which the average of unlike weights shrinks.
 */
import type { Model } from '../../architectures/model.ts';
import { StudioError } from '../../errors.ts';
import type { NamedArchitecture } from '../compatibility.ts';
import type { MergeMethod } from '../method.ts';
import { combineModels } from './average.ts';
import { plainMethod } from './plain-method.ts';

export const slerp: MergeMethod<'slerp'> = plainMethod<'slerp'>({
  problems: sourceCountProblems,
  note: 'Interpolating the weights',
  merge: async (models, _context, { t }) => slerpModels(models, t),
});

/** Two models of equal shape → each body parameter on the arc from the first (`t` = 0) to the second (1); heads side by side. */
export function slerpModels(models: readonly Model[], t: number): Model {
  if (models.length !== 2) throw new RangeError(`SLERP goes between two models, not ${models.length}`);
  return combineModels(models, ([from, to]) => interpolate(from ?? new Float32Array(), to ?? new Float32Array(), t));
}

/** From this cosine on, of either sign, an arc is too near to a line or to a half turn for its sine to divide by. */
const parallel = 0.9995;

/** `sin((1 − t) θ) / sin θ · a + sin(t θ) / sin θ · b`, with θ the angle between the tensors; a line where there is no arc. */
function interpolate(from: Float32Array, to: Float32Array, t: number): Float32Array {
  const cosine = cosineOf(from, to);
  if (Math.abs(cosine) > parallel) return mix(from, to, 1 - t, t);
  const angle = Math.acos(cosine);
  return mix(from, to, Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle));
}

/** Cosine of the angle between two tensors; 1, as if they were parallel, where one of them is 0. */
function cosineOf(a: Float32Array, b: Float32Array): number {
  const norms = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  return norms === 0 ? 1 : dot(a, b) / norms;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

const mix = (a: Float32Array, b: Float32Array, shareOfA: number, shareOfB: number): Float32Array =>
  a.map((value, index) => shareOfA * value + shareOfB * (b[index] ?? 0));

function sourceCountProblems(sources: readonly NamedArchitecture[]): StudioError[] {
  const third = sources[2];
  if (!third) return [];
  return [
    new StudioError({
      kind: 'sources',
      message: `SLERP goes from one source to another, and there are ${sources.length}.`,
      advice: 'Keep two sources, or choose another method.',
      subject: third.file,
    }),
  ];
}
