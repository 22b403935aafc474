/**
 * Training on several threads: each holds the same problem and computes the gradients of its share of a batch, which are added up in
 * one order, so that a number of threads always gives the same bits. The engine knows no threads: whoever runs it brings a crew.
 */
import type { Model, Weights } from '../architectures/model.ts';
import type { ImageSet } from '../datasets/images.ts';
import type { Objective } from '../recipe.ts';
import type { SuperNetOptions, SuperNetParts } from '../supernet/supernet.ts';
import type { Targets } from './targets.ts';

/** A trainable network as data, to be built again in another thread. */
export type TrainableSpec =
  | { kind: 'supernet'; parts: SuperNetParts; options: SuperNetOptions }
  | { kind: 'student'; start: Model; tasks: readonly Model[] };

/** All that a member needs of a problem; it can be cloned from thread to thread. */
export interface SharedProblem {
  trainable: TrainableSpec;
  initial: Weights;
  /** Names of the tensors that stay as they start. */
  frozen: readonly string[];
  /** Training images of each task. */
  sets: readonly ImageSet[];
  /** The sources' features, `[images, Σ widths]`. */
  targets: Targets;
  objective: Objective;
  checkpointing: boolean;
}

export interface Share {
  /** Mean gradients over the share's rows, one vector for each group of the layouts. */
  gradients: Float32Array[];
  losses: number[];
}

export interface CrewAtWork {
  /** The learnable vectors, one for each group of the layouts, in memory that all threads see: to be set before `shares`. */
  readonly values: readonly Float32Array[];
  /** One share for each list of rows; valid until the next call. */
  shares(rows: readonly Uint32Array[]): Promise<Share[]>;
  dispose(): void;
}

export interface Crew {
  /** The most threads that train together, this one among them. */
  readonly threads: number;
  /** Threads besides this one that are worth having for steps of so many images and multiply-adds. */
  sizeFor(batch: number, macs: number): number;
  prepare(problem: SharedProblem, size: number): Promise<CrewAtWork>;
}

/** A batch cut into so many parts, the first ones larger by at most one row; fewer where there are fewer rows. */
export function cut(rows: ArrayLike<number>, parts: number): Uint32Array[] {
  const all = Uint32Array.from(rows);
  const count = Math.max(1, Math.min(parts, all.length));
  const start = (part: number) => part * Math.floor(all.length / count) + Math.min(part, all.length % count);
  return Array.from({ length: count }, (_, part) => all.subarray(start(part), start(part + 1)));
}

/** The part of all rows that each list has. */
export function portions(rows: readonly Uint32Array[]): number[] {
  const all = rows.reduce((sum, own) => sum + own.length, 0);
  return rows.map((own) => own.length / all);
}
