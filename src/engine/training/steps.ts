/** How many steps a training takes, and the rows of each step's batch. */
import { permutation, seededRandom } from '../random.ts';
import type { FsMergeOptions } from '../recipe.ts';

type Pace = Pick<FsMergeOptions, 'epochs' | 'batchSize'>;

export const countSteps = ({ epochs, batchSize }: Pace, images: number): number =>
  epochs * Math.ceil(images / batchSize);

/** Each epoch sees every image once, in an order of its own. */
export function* batches(images: number, { epochs, batchSize }: Pace, seed: number): Generator<Uint32Array> {
  const random = seededRandom(seed + 1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(images, random);
    for (let start = 0; start < images; start += batchSize) yield order.subarray(start, start + batchSize);
  }
}
