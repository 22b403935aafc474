/** All sources at once: not a merge, but what a merge is measured against, at n times the cost of one network. */
import { ensemblePredictor } from '../../evaluation/predictors.ts';
import type { MergeMethod } from '../method.ts';
import { freeOfCost } from '../method.ts';

export const ensemble: MergeMethod<'ensemble'> = {
  problems: () => [],
  cost: () => freeOfCost,
  async *merge({ models }) {
    return {
      model: null,
      unmerge: null,
      predictor: () => ensemblePredictor(models),
      steps: 0,
      learnable: 0,
      supernet: null,
    };
  },
};
