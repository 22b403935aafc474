import type { StudioErrorInfo } from '../../../engine/errors.ts';
import type { TrainingCheck } from '../../../worker/protocol-training.ts';

/** Whether a problem is mended at one network: its classes or its seed. */
export const isOwnProblem = ({ kind, subject }: StudioErrorInfo): boolean =>
  subject === 'seed' || (kind === 'images' && subject !== 'images');

/** Problems of both networks alike, each once. */
export function sharedProblems(check: TrainingCheck | null): StudioErrorInfo[] {
  const shared = new Map<string, StudioErrorInfo>();
  for (const problem of check?.problems ?? []) {
    if (problem && !isOwnProblem(problem)) shared.set(problem.message, problem);
  }
  return [...shared.values()];
}

/** Whether both networks can be trained. */
export const canTrain = (check: TrainingCheck | null): boolean =>
  check !== null && check.plans.length > 0 && check.plans.every((plan) => plan !== null);
