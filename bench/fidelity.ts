/**
 * The evidence: experiments of the studio's own methods on the demo's sources, printed as Markdown.
 *
 *     npm run bench:fidelity                       all of them
 *     npm run bench:fidelity -- few-images starts  these
 *
 * With `--write` each experiment's output takes the place of its last one in docs/evidence.md.
 */
import { demoPairs } from './fidelity/demo-pairs.ts';
import type { Experiment } from './fidelity/experiment.ts';
import { fewImages } from './fidelity/few-images.ts';
import { manySources } from './fidelity/many-sources.ts';
import { singular } from './fidelity/singular.ts';
import { starts } from './fidelity/starts.ts';
import { unequal } from './fidelity/unequal.ts';
import { warmStarts } from './fidelity/warm-starts.ts';
import { report } from './keep.ts';
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
    const started = Date.now();
    const text = await run((line) => process.stderr.write(`${line}\n`));
    const where = `Node ${process.versions.node}, wasm backend`;
    await report(evidence, words, { id, command: `npm run bench:fidelity -- ${id}`, where, started }, text);
  }
}
