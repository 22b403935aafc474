/**
 * The evidence: experiments of the studio's own methods on the demo's sources, printed as Markdown.
 *
 *     npm run bench:fidelity                       all of them
 *     npm run bench:fidelity -- few-images starts  these
 *
 * With `--write` each experiment's output takes the place of its last one in docs/evidence.md.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { demoPairs } from './fidelity/demo-pairs.ts';
import type { Experiment } from './fidelity/experiment.ts';
import { fewImages } from './fidelity/few-images.ts';
import { manySources } from './fidelity/many-sources.ts';
import { singular } from './fidelity/singular.ts';
import { starts } from './fidelity/starts.ts';
import { unequal } from './fidelity/unequal.ts';
import { warmStarts } from './fidelity/warm-starts.ts';
import { useWasm } from './node.ts';

const experiments: readonly Experiment[] = [demoPairs, fewImages, starts, manySources, warmStarts, singular, unequal];
const evidence = 'docs/evidence.md';

export async function main(words: readonly string[]): Promise<void> {
  await useWasm();
  const wanted = words.filter((word) => !word.startsWith('-'));
  const unknown = wanted.find((word) => !experiments.some(({ id }) => id === word));
  if (unknown) throw new Error(`no experiment ${unknown}; there are ${experiments.map(({ id }) => id).join(', ')}`);
  for (const { id, run } of experiments) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    const start = performance.now();
    const text = await run((line) => process.stderr.write(`${line}\n`));
    const minutes = ((performance.now() - start) / 60_000).toFixed(1);
    const measured = `Commit ${commit()}, ${machine()}, ${minutes} min: \`npm run bench:fidelity -- ${id}\`.`;
    const section = [measured, text].join('\n\n');
    console.log(`${section}\n`);
    if (words.includes('--write')) await keep(id, section);
  }
}

const commit = (): string => execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, wasm backend`;

async function keep(id: string, section: string): Promise<void> {
  const [begin, end] = [`<!-- measured: ${id} -->`, `<!-- end: ${id} -->`];
  const page = await readFile(evidence, 'utf8');
  const [before, after] = [page.split(begin)[0], page.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${evidence} has no place for ${id}`);
  await writeFile(evidence, `${before}${begin}\n\n${section}\n\n${end}${after}`);
}
