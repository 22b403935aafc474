/** A SuperNet as it is kept after training: what is learned, and what is needed to look at it, fold it and train it further. */
import type { Architecture, Model, Weights } from '../architectures/model.ts';
import type { MatrixKind, Order } from '../recipe.ts';
import { Matrices } from './matrices.ts';
import { superNetPlan } from './supernet.ts';

export interface SavedSuperNet {
  kind: MatrixKind;
  /** At the model's width. */
  rank: number;
  order: Order;
  /** Of the networks that are merged, of the sources whose features are guessed, of the merged network. */
  shape: { bodies: Architecture[]; tasks: Architecture[]; merged: Architecture };
  /** The source of each body; null: the merge so far. */
  sources: (number | null)[];
  /** The merge so far of a sequential merge, which no source file holds. */
  soFar: Model | null;
  /** M, U and LayerNorms. */
  learnable: Weights;
}

/** Its M and U; no source is needed for them. */
export const matricesOf = ({ kind, rank, shape }: Pick<SavedSuperNet, 'kind' | 'rank' | 'shape'>): Matrices =>
  new Matrices(superNetPlan(shape.bodies, shape.merged, shape.tasks), kind, rank);
