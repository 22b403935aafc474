/** An experiment of the evidence: what it measures, as Markdown tables. */

export interface Experiment {
  /** As in the command and the markers of the page. */
  id: string;
  /** Says what is being done now; not part of the result. */
  run(note: (line: string) => void): Promise<string>;
}

export type Cell = string | number;

export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/** "93.1 %", or a dash where nothing is measured. */
export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;

/** Mean and sample standard deviation of several runs: "93.1 ± 0.4 %". */
export function spread(shares: readonly (number | null)[]): string {
  const known = shares.filter((share) => share !== null);
  const mean = known.reduce((sum, share) => sum + share, 0) / known.length;
  const variance = known.reduce((sum, share) => sum + (share - mean) ** 2, 0) / Math.max(1, known.length - 1);
  return `${(100 * mean).toFixed(1)} ± ${(100 * Math.sqrt(variance)).toFixed(1)} %`;
}

/** Three significant digits. */
export const short = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '–');

export const numbers = (value: number): string => (value === 0 ? '–' : value.toLocaleString('en-US'));
