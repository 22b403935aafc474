/** Inputs of one reader, drawn from a seed: the same seed gives the same inputs. */
import fc from 'fast-check';
import type { Outcome } from './check.ts';
import { outcomeOf } from './check.ts';
import type { NamedBytes } from './drop.ts';
import type { Reader } from './readers.ts';

/** Longest time for an input, in milliseconds. */
export const patience = 10_000;

export interface Round {
  read: number;
  refused: number;
  /** Of one input, in milliseconds. */
  slowest: number;
  failure: Failure | null;
}

export interface Failure {
  problem: string;
  /** The smallest input that fast-check could find to fail too. */
  files: readonly NamedBytes[];
}

export async function judge(
  { read }: Reader,
  files: readonly NamedBytes[],
): Promise<Outcome & { milliseconds: number }> {
  const started = performance.now();
  const outcome = await outcomeOf(() => read(files));
  const milliseconds = performance.now() - started;
  const slow = milliseconds > patience ? `took ${Math.round(milliseconds)} ms` : null;
  return { ...outcome, problem: outcome.problem ?? slow, milliseconds };
}

/** Runs inputs until one fails. `begin` hears the number of each input before it is read; throws nothing. */
export async function runRound(
  reader: Reader,
  seed: number,
  runs: number,
  begin: (input: number) => void,
): Promise<Round> {
  const round: Round = { read: 0, refused: 0, slowest: 0, failure: null };
  let input = 0;
  const property = fc.asyncProperty(reader.input, async (files) => {
    begin(input++);
    const { ended, problem, milliseconds } = await judge(reader, files);
    round[ended]++;
    round.slowest = Math.max(round.slowest, milliseconds);
    if (problem !== null) throw new Error(problem);
  });
  const details = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: 10 * 60_000 });
  if (!details.failed || !details.counterexample) return round;
  const problem = details.errorInstance instanceof Error ? details.errorInstance.message : 'unknown';
  return { ...round, failure: { problem, files: details.counterexample[0] } };
}

/** The input of that number, for one that never came to an end. */
export const inputOf = ({ input }: Reader, seed: number, number: number): readonly NamedBytes[] =>
  fc.sample(input, { seed, numRuns: number + 1 })[number] ?? [];
