import type { CompareRow, Comparison } from '../../runs/compare.ts';

/** A row that can be asked for its answers: a source, an ensemble, or a run that is over. */
export interface Asked {
  key: string;
  row: CompareRow;
  table: Comparison;
}
