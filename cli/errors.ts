/** What ends the command line: a line for a person, and an exit code. */
import type { StudioErrorInfo } from '../src/engine/errors.ts';

/** Wrong flags, missing files, no browser: nothing was run. Exit code 2. */
export class UsageError extends Error {}

/** The merge failed, with the page's own words. Exit code 1. */
export class MergeFailed extends Error {
  constructor(readonly info: StudioErrorInfo) {
    super(`${info.message} ${info.advice}`);
  }
}

/** Broken off by the person. Exit code 130, as shells have it. */
export class BrokenOff extends Error {}

export const exitCodeOf = (error: unknown): number => {
  if (error instanceof MergeFailed) return 1;
  return error instanceof BrokenOff ? 130 : 2;
};
