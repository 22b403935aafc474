/** Test support: every golden case, and what it has to hold to. */
import { evaluate } from '../evaluation/evaluate.ts';
import { modelPredictor } from '../evaluation/predictors.ts';
import { foldedDifference, goldenLosses, readGolden, runGolden } from './golden.ts';
import { readFixture } from './node.ts';

export const goldenCases = [
  'mlp-diagonal-first',
  'mlp-full-average',
  'mlp-full-first',
  'mlp-full-first-all',
  'mlp-full-first-local',
  'mlp-full-random',
  'mlp-low-rank-average',
  'mlp-low-rank-only-random',
  'vit-diagonal-average',
  'vit-full-first',
  'vit-full-random',
  'vit-low-rank-first',
  'vit-low-rank-first-two-rates',
] as const;

export interface GoldenDistance {
  /** Largest relative difference of a loss, over all steps and terms. */
  loss: number;
  /** Relative norm of the difference of the folded weights. */
  weights: number;
  /** Largest difference of an accuracy, per task and joint. */
  accuracy: number;
}

/** How far a case, trained on the backend that is set, is from the reference. */
export async function goldenDistance(name: string): Promise<GoldenDistance> {
  const golden = await readGolden(readFixture, name);
  const { losses, folded, tasks } = await runGolden(readFixture, golden);
  const predictor = modelPredictor(
    folded,
    golden.tasks.map((task) => task.labels.length),
  );
  const { perTask, jointPerTask } = await evaluate(predictor, tasks);
  predictor.dispose();
  return {
    loss: largestRelative(losses, goldenLosses(golden)),
    weights: await foldedDifference(readFixture, golden, folded),
    accuracy: Math.max(
      ...differences(perTask, golden.accuracy.per_task),
      ...differences(jointPerTask, golden.accuracy.joint),
    ),
  };
}

/** NaN, which passes no test, where a step or a term is missing. */
export function largestRelative(ours: readonly number[][], reference: readonly number[][]): number {
  if (ours.length > reference.length || ours.length === 0) return Number.NaN;
  return Math.max(
    ...ours.flatMap((terms, step) =>
      (reference[step] ?? []).map((expected, term) => Math.abs((terms[term] ?? Number.NaN) - expected) / expected),
    ),
  );
}

const differences = (ours: readonly (number | null)[], reference: readonly number[]): number[] =>
  reference.map((expected, task) => Math.abs((ours[task] ?? Number.NaN) - expected));
