/** A run's scores as the page shows them, for a terminal. */
import { count, duration, percentOrNone } from '../src/studio/text/numbers.ts';
import type { RunResult } from '../src/worker/protocol.ts';

export function tableOf(tasks: readonly string[], { score, seconds, steps, learnable }: RunResult): string {
  const rows = [
    ...tasks.map((name, index) => [
      name,
      percentOrNone(score.perTask[index]),
      `${count(score.images[index] ?? 0)} images`,
    ]),
    [
      'joint',
      percentOrNone(score.joint),
      `${count(steps)} steps, ${count(learnable)} learned numbers, ${duration(seconds)}`,
    ],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      ([name = '', share = '', rest = '']) =>
        `${name.padEnd(widths[0] ?? 0)}  ${share.padStart(widths[1] ?? 0)}  ${rest}`,
    )
    .join('\n');
}
