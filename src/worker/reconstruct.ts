/** How well networks guess the sources' features. */
import type { MergedNetwork } from '../engine/evaluation/closer-look.ts';
import { reconstructionOf } from '../engine/evaluation/reconstruction.ts';
import type { MergeContext } from '../engine/merging/method.ts';

/** Held-out images of each task that features are reconstructed for: the whole set would take longer than the scores. */
const reconstructed = 300;

/** Reconstruction errors of one network; none for an ensemble. */
export const reconstructionFor = async (
  network: MergedNetwork | null,
  { models, tasks }: MergeContext,
): Promise<(number | null)[]> =>
  network ? reconstructionOf(network.model, network.unmerge, models, tasks, reconstructed) : [];
