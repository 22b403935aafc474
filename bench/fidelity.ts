/**
 * Prints what every method makes of the demo pairs, as Markdown: `npm run bench:fidelity`. With `-- --write` the output also
 * takes the place of the last one in docs/evidence.md.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { evaluate } from '../src/engine/evaluation/evaluate.ts';
import type { MergeMethod } from '../src/engine/merging/method.ts';
import { mergeMethod } from '../src/engine/merging/registry.ts';
import type { MethodRecipe, Recipe } from '../src/engine/recipe.ts';
import { recipeSchema } from '../src/engine/recipe.ts';
import { Workspace } from '../src/engine/workspace.ts';
import { openFile, readJson, useWasm } from './node.ts';

interface Demo {
  title: string;
  recipe: Recipe;
  files: string[];
}

interface Row {
  method: string;
  perTask: (number | null)[];
  joint: number;
  seconds: number;
  learnable: number;
}

const evidence = 'docs/evidence.md';
const [begin, end] = ['<!-- measured: begin -->', '<!-- measured: end -->'];

export async function main(words: readonly string[]): Promise<void> {
  await useWasm();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
  const parts = [
    `Commit ${commit}, ${machine}, Node ${process.versions.node}, wasm backend: \`npm run bench:fidelity\`.`,
  ];
  for (const id of ['mlp', 'vit']) {
    const demo = await readDemo(id);
    const rows: Row[] = [];
    for (const method of methodsFor(demo.recipe)) rows.push(await measure(demo, method));
    parts.push(`## ${demo.title}`, table(demo.recipe, rows));
  }
  const text = parts.join('\n\n');
  console.log(text);
  if (words.includes('--write')) await keep(text);
}

async function keep(text: string): Promise<void> {
  const page = await readFile(evidence, 'utf8');
  const [before, after] = [page.split(begin)[0], page.split(end)[1]];
  if (before === undefined || after === undefined) throw new Error(`${evidence} has no place for what is measured`);
  await writeFile(evidence, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}

async function readDemo(id: string): Promise<Demo> {
  const { recipe, files } = await readJson(`public/demo/recipes/${id}.json`);
  return { title: id === 'mlp' ? 'Two digit experts, MLP' : 'Digits and clothes, ViT', recipe, files };
}

/** Every method that can apply without a base; distillation with the schedule of the demo's FS-Merge. */
function methodsFor({ method }: Recipe): MethodRecipe[] {
  if (method.name !== 'fs-merge') throw new Error('the demos are of FS-Merge');
  const { schedule, learningRate, batchSize, epochs, weightDecay } = method;
  const shared = { schedule, learningRate, batchSize, epochs, weightDecay, evaluateEvery: 0 };
  const untrained = [
    'ensemble',
    'average',
    'slerp',
    'regmean',
    'git-re-basin',
    'activation-matching',
    'zipit',
    'ot-fusion',
  ];
  const initialisation = method.initialisation === 'average' ? 'average' : 'first';
  const distillation = { name: 'distillation', initialisation, ...shared };
  return [...untrained.map((name) => ({ name })), distillation, { ...method, evaluateEvery: 0 }].map(
    (own) => recipeSchema.shape.method.parse(own) as MethodRecipe,
  );
}

async function measure({ recipe, files }: Demo, method: MethodRecipe): Promise<Row> {
  const workspace = new Workspace();
  for (const path of files) await workspace.add(await openFile(`public/demo/${path}`));
  const context = await workspace.context({ ...recipe, method });
  const start = performance.now();
  const merging = (mergeMethod(method.name) as MergeMethod).merge(context, method as never);
  for (;;) {
    const next = await merging.next();
    if (!next.done) continue;
    const seconds = (performance.now() - start) / 1000;
    const predictor = next.value.predictor();
    const { perTask, joint } = await evaluate(predictor, context.tasks);
    predictor.dispose();
    return { method: method.name, perTask, joint, seconds, learnable: next.value.learnable };
  }
}

function table({ sources }: Recipe, rows: readonly Row[]): string {
  const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const head = ['method', ...sources.map(({ name }) => name), 'joint', 'seconds', 'learnable numbers'];
  const body = rows.map(({ method, perTask, joint, seconds, learnable }) => [
    method,
    ...perTask.map(percent),
    percent(joint),
    seconds.toFixed(2),
    learnable === 0 ? '–' : learnable.toLocaleString('en-US'),
  ]);
  return [head, head.map(() => '---'), ...body].map(line).join('\n');
}
