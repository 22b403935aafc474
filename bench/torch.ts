/**
 * A training step in the tab against PyTorch on the same processor, in turns: our plain network against PyTorch's, our
 * folded SuperNet against the same SuperNet in PyTorch as the paper draws it.
 *
 *     npm run bench:torch              both shapes
 *     npm run bench:torch -- tiny      one of them
 *     npm run bench:torch -- --rounds=9
 *
 * With `--write` each table takes the place of its last one in docs/performance.md. Needs Python with PyTorch.
 */
import { table } from './fidelity/experiment.ts';
import { page, report } from './keep.ts';
import type { Form, StepCase } from './step/case.ts';
import type { Stage } from './step/stage.ts';
import { openStage } from './step/stages.ts';
import { describeShape, ti, tiny } from './support/shapes.ts';
import type { Pace } from './support/timing.ts';
import { both, byTurns, ms, quotient } from './support/timing.ts';
import { chosen, command, option, refuseOthers } from './support/words.ts';
import type { Torch } from './torch/process.ts';
import { startTorch } from './torch/process.ts';

const shapes = { tiny, ti };
const threads = [1, 2];

interface Pair {
  what: string;
  ours: Form;
  theirs: Form;
}

const pairs: readonly Pair[] = [
  { what: 'plain network, all weights', ours: 'plain', theirs: 'plain' },
  { what: 'SuperNet, diagonal + low-rank 8', ours: 'low-rank', theirs: 'activation' },
  { what: 'SuperNet, full', ours: 'full', theirs: 'activation-full' },
];

export async function main(words: readonly string[]): Promise<void> {
  const all = Object.keys(shapes) as (keyof typeof shapes)[];
  refuseOthers(words, all, ['rounds']);
  const pace = { rounds: option(words, 'rounds', 5), slice: 300 };
  const torch: Torch[] = [];
  let stage: Stage | undefined;
  try {
    for (const count of threads) torch.push(await startTorch(count));
    stage = await openStage('wasm');
    const where = `${stage.label}, ${torch[0]?.version}`;
    for (const name of chosen(words, all)) {
      const started = Date.now();
      process.stderr.write(`${name}: ${where}\n`);
      const text = await compare(stage, torch, name, pace);
      await report(page, words, { id: `torch-${name}`, command: command('torch', words), where, started }, text);
      await stage.forget();
    }
  } finally {
    for (const one of torch) one.close();
    await stage?.close();
  }
}

async function compare(stage: Stage, torch: readonly Torch[], name: keyof typeof shapes, pace: Pace): Promise<string> {
  const shape = shapes[name];
  const caseOf = (form: Form, own: number): StepCase => ({ form, ...shape, sources: 2, rank: 8, threads: own });
  const variants = pairs.flatMap(({ ours, theirs }) =>
    threads.flatMap((own, index) => [
      { run: (count: number) => stage.time(caseOf(ours, own), count) },
      { run: (count: number) => torch[index]?.time(caseOf(theirs, own), count) ?? Promise.resolve([]) },
    ]),
  );
  const times = await byTurns(variants, pace);
  const rows = pairs.flatMap(({ what }, pair) =>
    threads.map((own, index) => {
      const [tab = [], other = []] = times.slice(2 * (threads.length * pair + index));
      return [what, own, both(tab, ms), both(other, ms), quotient(tab, other)];
    }),
  );
  const head = ['what is trained', 'threads', 'tab, ms', 'PyTorch, ms', 'tab ÷ PyTorch'];
  const what = `**${name}**: ${describeShape(shape)}, 2 sources. Medians; in brackets the least times.`;
  return [what, table(head, rows)].join('\n\n');
}
