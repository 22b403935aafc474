/**
 * DARE (Yu et al., arXiv 2311.03099), on task arithmetic: drops entries of the task vectors at random and rescales the rest, so
 * that every entry keeps its expectation.
 */
import type { Model } from '../../architectures/model.ts';
import type { Random } from '../../random.ts';
import { seededRandom } from '../../random.ts';
import type { OptionsOf } from '../../recipe.ts';
import type { MergeMethod } from '../method.ts';
import { plainMethod } from './plain-method.ts';
import { baseOf, baseProblems, scaledSum, withTaskVector } from './task-vectors.ts';

export const dare: MergeMethod<'dare'> = plainMethod<'dare'>({
  problems: (sources, _options, material) => baseProblems(sources, material),
  note: 'Dropping entries of the task vectors',
  merge: async (models, { material, seed }, options) => dareModels(models, baseOf(material), options, seed),
});

/** Models of the base's shape → `base + scale · Σ dropped(τᵢ) / (1 − drop)`; heads side by side. */
export function dareModels(
  models: readonly Model[],
  base: Model,
  { drop, scale }: Pick<OptionsOf<'dare'>, 'drop' | 'scale'>,
  seed: number,
): Model {
  const streams = sourceStreams(models.length, seed);
  return withTaskVector(models, base, (vectors) =>
    scaledSum(
      streams.map((random, source) => dropEntries(vectors[source] ?? new Float32Array(), drop, random)),
      scale,
    ),
  );
}

/** Own random numbers for each source. Their seeds are drawn, so that runs with seeds in a row share no stream. */
function sourceStreams(count: number, seed: number): Random[] {
  const seeds = seededRandom(seed);
  return Array.from({ length: count }, () => seededRandom(seeds.uniform() * 2 ** 32));
}

const dropEntries = (vector: Float32Array, drop: number, random: Random): Float32Array =>
  vector.map((value) => (random.uniform() < drop ? 0 : value / (1 - drop)));
