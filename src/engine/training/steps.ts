/** How many steps a training takes, and the rows of each step's batch. */
import { permutation, seededRandom } from '../random.ts';
import type { FsMergeOptions } from '../recipe.ts';

type Pace = Pick<FsMergeOptions, 'epochs' | 'batchSize'>;

export const countSteps = ({ epochs, batchSize }: Pace, images: number): number =>
  epochs * Math.ceil(images / batchSize);

/** Each epoch sees every image once, in an order of its own. `from`: steps that were taken before. */
export function* batches(images: number, { epochs, batchSize }: Pace, seed: number, from = 0): Generator<Uint32Array> {
  const random = seededRandom(seed + 1);
  const perEpoch = Math.ceil(images / batchSize);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(images, random);
    const first = Math.max(0, from - epoch * perEpoch) * batchSize;
    for (let start = first; start < images; start += batchSize) yield order.subarray(start, start + batchSize);
  }
}
