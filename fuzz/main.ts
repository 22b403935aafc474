/**
 * Hostile files for every reader, without end if wanted; ends with a table, and with code 1 when anything failed.
 *
 *     npm run fuzz                                  20,000 inputs over all readers
 *     npm run fuzz -- --runs 200000 --seed 7        more, and others
 *     npm run fuzz -- --reader pickle --runs 50000  one reader
 *     npm run fuzz -- --jobs 2                      on two cores
 *
 * An input that fails is made small and kept in `fuzz/corpus`. With `--write` the table takes the place of its last one in
 * docs/reliability.md.
 */
import { report } from '../bench/keep.ts';
import { joined, option, refuseOthers } from '../bench/support/words.ts';
import { keep } from './corpus.ts';
import type { Reader } from './readers.ts';
import { readers } from './readers.ts';
import { inputOf } from './rounds.ts';
import { supervise } from './supervise.ts';

interface Row {
  reader: Reader;
  inputs: number;
  read: number;
  refused: number;
  hangs: number;
  crashes: number;
  unclear: number;
  slowest: number;
}

/** Inputs between two looks at what came of them. */
const roundRuns = 500;

export async function main(given: readonly string[]): Promise<void> {
  const words = joined(given);
  refuseOthers(words, [], ['runs', 'seed', 'jobs', 'reader']);
  const [runs, seed, jobs] = [option(words, 'runs', 20_000), option(words, 'seed', 1), option(words, 'jobs', 1)];
  const only = words.find((word) => word.startsWith('--reader='))?.slice('--reader='.length) ?? null;
  const chosen = readers.filter(({ name }) => only === null || name === only);
  if (chosen.length === 0)
    throw new Error(`There is no reader "${only}": ${readers.map(({ name }) => name).join(', ')}.`);
  const started = Date.now();
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const rows = chosen.map(
    (reader): Row => ({ reader, inputs: 0, read: 0, refused: 0, hangs: 0, crashes: 0, unclear: 0, slowest: 0 }),
  );
  const waiting = [...rows];
  const work = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift())
      await fuzz(row, Math.ceil((runs * row.reader.share) / shares), seed);
  };
  await Promise.all(Array.from({ length: jobs }, work));
  await report(
    'docs/reliability.md',
    words,
    {
      id: 'fuzz',
      command: `npm run fuzz -- --runs ${runs} --seed ${seed}`,
      where: `Node ${process.versions.node}`,
      started,
    },
    table(rows),
  );
  if (rows.some(({ hangs, crashes, unclear }) => hangs + crashes + unclear > 0)) process.exitCode = 1;
}

const script = new URL('thread.js', import.meta.url);

async function fuzz(row: Row, runs: number, seed: number): Promise<void> {
  const { reader } = row;
  for (let round = 0; row.inputs < runs; round++) {
    const job = { reader: reader.name, seed: seed * 1_000_003 + round, runs: Math.min(roundRuns, runs - row.inputs) };
    const ending = await supervise(script, job);
    row.inputs += job.runs;
    if (ending.ended === 'round') {
      const { read, refused, slowest, failure } = ending.round;
      row.read += read;
      row.refused += refused;
      row.slowest = Math.max(row.slowest, slowest);
      if (failure) tell(row, 'unclear', failure.problem, failure.files, job.seed);
    } else {
      tell(
        row,
        ending.ended === 'hang' ? 'hangs' : 'crashes',
        ending.why,
        inputOf(reader, job.seed, Math.max(0, ending.input)),
        job.seed,
      );
    }
  }
  console.log(
    `${reader.name}: ${row.inputs} inputs, ${row.read} read, ${row.refused} refused, ${row.hangs + row.crashes + row.unclear} failures`,
  );
}

function tell(
  row: Row,
  what: 'hangs' | 'crashes' | 'unclear',
  problem: string,
  files: Parameters<typeof keep>[2],
  seed: number,
): void {
  row[what]++;
  const path = keep(row.reader.name, problem, files, `${what}-${seed}`);
  console.error(`${row.reader.name}, ${what}, kept as ${path}: ${problem.slice(0, 600)}`);
}

function table(rows: readonly Row[]): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const lines = rows.map(({ reader, inputs, read, refused, hangs, crashes, unclear, slowest }) => [
    reader.name,
    count(inputs),
    count(read),
    count(refused),
    hangs,
    crashes,
    unclear,
    count(Math.round(slowest)),
  ]);
  const all = rows.reduce((sum, { inputs }) => sum + inputs, 0);
  const head = ['reader', 'inputs', 'read', 'refused', 'hangs', 'crashes', 'unclear', 'slowest, ms'];
  return [head, head.map(() => '---'), ...lines, ['all', count(all), '', '', '', '', '', '']]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
