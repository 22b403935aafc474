/**
 * TIES (Yadav et al., arXiv 2306.01708): trims each task vector to its largest entries, elects a sign for every entry, and
 * averages what agrees with it.
 */
import type { Model } from '../../architectures/model.ts';
import type { OptionsOf } from '../../recipe.ts';
import type { MergeMethod } from '../method.ts';
import { plainMethod } from './plain-method.ts';
import type { TaskVector } from './task-vectors.ts';
import { baseOf, baseProblems, taskVector, withTaskVector } from './task-vectors.ts';

export const ties: MergeMethod<'ties'> = plainMethod<'ties'>({
  problems: (sources, _options, material) => baseProblems(sources, material),
  note: 'Trimming the task vectors and electing their signs',
  merge: async (models, { material }, options) => tiesModels(models, baseOf(material), options),
});

/** Models of the base's shape → the base plus `scale` times the elected mean of the trimmed task vectors; heads side by side. */
export function tiesModels(
  models: readonly Model[],
  base: Model,
  { density, scale }: Pick<OptionsOf<'ties'>, 'density' | 'scale'>,
): Model {
  // One whole vector at a time: it is as large as a model.
  const floors = models.map((model) => smallestKept(taskVector(model, base), density));
  return withTaskVector(models, base, (vectors) => {
    const trimmed = vectors.map((vector, source) => trim(vector, floors[source] ?? 0));
    return new Float32Array(vectors[0]?.length ?? 0).map((_, index) => scale * electedMean(trimmed, index));
  });
}

/** Magnitude of the smallest entry that is kept, when the largest `density` of the whole vector's entries are. */
function smallestKept(vector: TaskVector, density: number): number {
  const parts = [...vector.values()];
  const entries = parts.reduce((sum, part) => sum + part.length, 0);
  return nthLargestMagnitude(parts, Math.max(1, Math.round(density * entries)));
}

/** Entries of the floor's magnitude all stay, as in the authors' code, so that order plays no part. */
const trim = (vector: Float32Array, floor: number): Float32Array =>
  vector.map((value) => (Math.abs(value) >= floor ? value : 0));

/** Mean of the entries that have the sign of their sum; 0 where the sum is 0, which elects no sign. */
function electedMean(vectors: readonly Float32Array[], index: number): number {
  let all = 0;
  for (const vector of vectors) all += vector[index] ?? 0;
  let agreeing = 0;
  let count = 0;
  for (const vector of vectors) {
    const value = vector[index] ?? 0;
    if (value * all <= 0) continue;
    agreeing += value;
    count += 1;
  }
  return count === 0 ? 0 : agreeing / count;
}

const signless = 0x7fffffff;

/**
 * The n-th largest |entry| of all parts together, from 1. Bits of positive floats are in the order of the floats, so two counts
 * by half of the bits find it in linear time, without a copy or a sort.
 */
export function nthLargestMagnitude(parts: readonly Float32Array[], n: number): number {
  const upper = new Uint32Array(2 ** 15);
  eachMagnitude(parts, (bits) => {
    upper[bits >>> 16] = (upper[bits >>> 16] ?? 0) + 1;
  });
  const top = binFromTop(upper, n);
  const lower = new Uint32Array(2 ** 16);
  eachMagnitude(parts, (bits) => {
    if (bits >>> 16 === top.bin) lower[bits & 0xffff] = (lower[bits & 0xffff] ?? 0) + 1;
  });
  const bits = (top.bin << 16) | binFromTop(lower, n - top.above).bin;
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
}

function eachMagnitude(parts: readonly Float32Array[], visit: (bits: number) => void): void {
  for (const { buffer, byteOffset, length } of parts) {
    const words = new Uint32Array(buffer, byteOffset, length);
    for (let index = 0; index < length; index++) visit((words[index] ?? 0) & signless);
  }
}

/** The bin that holds the n-th count from the top, and how many counts lie above it. */
function binFromTop(counts: Uint32Array, n: number): { bin: number; above: number } {
  let above = 0;
  let bin = counts.length - 1;
  while (bin > 0 && above + (counts[bin] ?? 0) < n) above += counts[bin--] ?? 0;
  return { bin, above };
}
