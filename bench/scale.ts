/**
 * How step time and memory of the folded low-rank SuperNet grow with sources, rank, batch and tokens.
 *
 *     npm run bench:scale                      all of it
 *     npm run bench:scale -- sources ti        what is named
 *     npm run bench:scale -- --rounds=9        more turns
 *
 * With `--write` each table takes the place of its last one in docs/performance.md.
 */
import { table } from './fidelity/experiment.ts';
import { page, report } from './keep.ts';
import type { StepCase } from './step/case.ts';
import type { Stage } from './step/stage.ts';
import { openStage } from './step/stages.ts';
import { describeShape, ti, tiny } from './support/shapes.ts';
import type { Pace } from './support/timing.ts';
import { both, byTurns, median, ms, quotient, ratio } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';

const base: StepCase = { form: 'low-rank', ...tiny, sources: 2, rank: 8, threads: 1 };

/** One thing changed at a time; the first case is what the others are compared with. */
interface Series {
  what: string;
  cases: { value: number; of: StepCase }[];
}

const series = (what: string, values: readonly number[], change: (value: number) => Partial<StepCase>): Series => ({
  what,
  cases: values.map((value) => ({ value, of: { ...base, ...change(value) } })),
});

/** An image of so many patches of the usual size, and the class token. */
const withTokens = (tokens: number) => ({ ...tiny.network, image: tiny.network.patch * Math.sqrt(tokens - 1) });

const all = {
  sources: series('sources', [2, 4, 8, 12], (sources) => ({ sources })),
  rank: series('rank', [1, 8, 64], (rank) => ({ rank })),
  batch: series('batch', [8, 64, 256], (batch) => ({ batch })),
  tokens: series('tokens', [17, 65, 197], (tokens) => ({ network: withTokens(tokens) })),
  ti: series('sources', [2, 10], (sources) => ({ ...ti, sources })),
};

export async function main(words: readonly string[]): Promise<void> {
  const names = Object.keys(all) as (keyof typeof all)[];
  refuseOthers(words, names, ['rounds']);
  const pace = { rounds: option(words, 'rounds', 5), slice: 300 };
  const stage = await openStage('wasm');
  try {
    for (const name of chosen(words, names)) {
      const started = Date.now();
      process.stderr.write(`${name} on ${stage.label}\n`);
      const text = await measure(stage, name, pace);
      const measured = { id: `scale-${name}`, command: command('scale', words), where: stage.label, started };
      await report(page, words, measured, text);
    }
  } finally {
    await stage.close();
  }
}

async function measure(stage: Stage, name: keyof typeof all, pace: Pace): Promise<string> {
  const { what, cases } = all[name];
  const peaks: number[] = [];
  for (const { of } of cases) peaks.push(await stage.peak(of));
  const times = await byTurns(
    cases.map(({ of }) => ({ run: (count) => stage.time(of, count) })),
    pace,
  );
  await stage.forget();
  const rows = cases.map(({ value, of }, index) => {
    const [own = [], first = []] = [times[index], times[0]];
    const peak = peaks[index] ?? Number.NaN;
    return [
      value,
      both(own, ms),
      quotient(own, first),
      ms(median(own) / of.batch),
      (peak / 1e6).toFixed(1),
      ratio(peak, peaks[0] ?? Number.NaN),
    ];
  });
  const [first] = cases;
  const shape = describeShape(name === 'ti' ? ti : tiny);
  const title = [
    `**${name === 'ti' ? 'Many sources on ti' : `Of tiny, ${what}`}**: folded, diagonal + low-rank; ${shape},`,
    '2 sources, rank 8 unless the table says otherwise. Medians; in brackets the least times.',
  ].join(' ');
  const head = [
    what,
    'ms a step',
    `÷ ${what} ${first?.value}`,
    'ms an image',
    'peak, MB',
    `÷ ${what} ${first?.value}, memory`,
  ];
  return [title, table(head, rows)].join('\n\n');
}
