/** Test support: whole merges of small random models on small random images. */
import type { Architecture, Model } from '../../architectures/model.ts';
import type { ImageSet, TaskImages } from '../../datasets/images.ts';
import { seededRandom } from '../../random.ts';
import type { AlignmentOptions, FsMergeOptions } from '../../recipe.ts';
import { fsMergeSchema } from '../../recipe.ts';
import { randomModel } from '../../testing/models.ts';
import type { Material, MergeContext, MergeOutcome, MergeProgress } from '../method.ts';
import { fsMerge } from './fs-merge.ts';

export const fsMergeOptions = (changes: object): FsMergeOptions =>
  fsMergeSchema.parse({ name: 'fs-merge', batchSize: 8, epochs: 2, evaluateEvery: 0, learningRate: 1e-3, ...changes });

/** One random model for each architecture. */
export function randomModels(architectures: readonly Architecture[], seed = 1): Model[] {
  const random = seededRandom(seed);
  return architectures.map((architecture) => randomModel(architecture, random));
}

/** Images that a model takes, of its classes. */
export function randomImages(architecture: Architecture, count: number, seed: number): ImageSet {
  const random = seededRandom(seed);
  const shape: [number, number, number] =
    architecture.kind === 'vit'
      ? [architecture.image, architecture.image, architecture.channels]
      : [1, architecture.inputs, 1];
  return {
    count,
    shape,
    pixels: Float32Array.from({ length: count * shape[0] * shape[1] * shape[2] }, () => random.normal()),
    labels: Int32Array.from({ length: count }, () => Math.floor(random.uniform() * architecture.classes)),
  };
}

export interface Setting {
  alignment?: AlignmentOptions;
  material?: Material | null;
  seed?: number;
  /** Training and validation images of each task. */
  images?: { train: number; validation: number };
}

export function contextOf(models: readonly Model[], setting: Setting = {}): MergeContext {
  const { train, validation } = setting.images ?? { train: 12, validation: 0 };
  const tasks = models.map(
    ({ architecture }, task): TaskImages => ({
      name: `task ${task}`,
      train: randomImages(architecture, train, 10 + task),
      validation: randomImages(architecture, validation, 30 + task),
      test: randomImages(architecture, 6, 50 + task),
    }),
  );
  const { alignment = { padding: 'end', resize: false }, material = null, seed = 3 } = setting;
  return { models, tasks, alignment, material, seed };
}

export interface Merged {
  outcome: MergeOutcome;
  events: MergeProgress[];
  /** Loss of every step, all terms together. */
  losses: number[];
}

/** Runs a merge to its end; `stop` says after which event a person ends it. */
export async function runMerge(
  context: MergeContext,
  options: FsMergeOptions,
  stop: (event: MergeProgress) => boolean = () => false,
): Promise<Merged> {
  const events: MergeProgress[] = [];
  const merging = fsMerge.merge(context, options);
  let stopping = false;
  for (;;) {
    const next = await merging.next(stopping ? 'stop' : undefined);
    if (next.done) return { outcome: next.value, events, losses: events.flatMap(lossOf) };
    events.push(next.value);
    stopping ||= stop(next.value);
  }
}

const lossOf = (event: MergeProgress): number[] =>
  event.type === 'training' ? [event.point.losses.reduce((sum, loss) => sum + loss, 0)] : [];

/** Largest difference of two models' parameters of one name. */
export function largestGap(a: Model | null, b: Model | null, name: string): number {
  const [ours, theirs] = [a?.weights.get(name)?.values, b?.weights.get(name)?.values];
  if (!ours || !theirs || ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  return ours.reduce((most, value, index) => Math.max(most, Math.abs(value - (theirs[index] ?? Number.NaN))), 0);
}
