/**
 * A sweep's ledger: a file of lines, each the JSON of one run that is over (JSON Lines). Lines are only ever added; a sweep that goes on
 * does not run again what a line tells of.
 */
import { z } from 'zod';
import { savedRunSchema } from './session-schema.ts';

/** Only a sweep that knows more writes another one. */
export const ledgerVersion = 1;

export const ledgerLineSchema = z.strictObject({
  fsMergeSweep: z.literal(ledgerVersion),
  /** Tells the runs of a sweep apart: a hash of the recipe, without its name, and of the files that it needs. */
  key: z.string().min(1),
  /** The fields that the sweep varies as this run has them, by their paths: `{"method.rank": 16, "seed": 3}`. */
  fields: z.record(z.string(), z.json()),
  /** Which browser ran it: "local 1", the address of a Playwright server. */
  browser: z.string(),
  /** What computed: "WASM relaxed SIMD · 2 threads". */
  backend: z.string(),
  /** How often it was tried, this time included. */
  attempts: z.number().int().positive(),
  run: savedRunSchema,
});
export type LedgerLine = z.output<typeof ledgerLineSchema>;

export interface Ledger {
  /** In the order of the file; of lines with one key the last. */
  lines: LedgerLine[];
  /** Lines that cannot be read, with the reason: "line 3: it is cut off". */
  unread: string[];
}
