/**
 * Makes the demo's checkpoints anew through the studio's own code, the same ones at every call:
 *
 *     npm run demo:make                 into test-results/demo
 *     npm run demo:make -- --out FOLDER into mlp/ and vit/ of this folder
 *     npm run demo:make -- --merge      and merges them by the demo's recipes
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wholeFile } from '../src/engine/formats/write/output.ts';
import type { Recipe } from '../src/engine/recipe.ts';
import { checkpointFile } from '../src/engine/scratch/checkpoint.ts';
import type { ScratchRecipe } from '../src/engine/scratch/recipe.ts';
import { parseScratch } from '../src/engine/scratch/recipe.ts';
import type { Trained } from '../src/engine/scratch/train.ts';
import { trainScratch } from '../src/engine/scratch/train.ts';
import { Workspace } from '../src/engine/workspace.ts';
import { merge, method } from './fidelity/merge.ts';
import { demoImages } from './fidelity/sources.ts';
import { openFile, readJson, useWasm } from './node.ts';

interface DemoSource {
  /** Below the folder. */
  path: string;
  container: 'safetensors' | 'pytorch';
  recipe: ScratchRecipe;
}

const mlp = (labels: number[], seed: number) =>
  parseScratch({
    network: { kind: 'mlp', widths: [128, 128] },
    image: 28,
    images: 'mnist',
    labels,
    heldOut: 0,
    epochs: 30,
    learningRate: 2e-3,
    seed,
  });

const vit = (images: string, seed: number) =>
  parseScratch({
    network: { kind: 'vit', patch: 7, width: 64, blocks: 4, heads: 4, hidden: 128 },
    image: 28,
    images,
    labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    heldOut: 0,
    epochs: 40,
    learningRate: 2e-3,
    weightDecay: 0.05,
    seed,
  });

const sources: readonly DemoSource[] = [
  { path: 'mlp/mlp-mnist-0to4', container: 'pytorch', recipe: mlp([0, 1, 2, 3, 4], 1) },
  { path: 'mlp/mlp-mnist-5to9', container: 'pytorch', recipe: mlp([5, 6, 7, 8, 9], 2) },
  { path: 'vit/vit-mnist', container: 'safetensors', recipe: vit('mnist', 1) },
  { path: 'vit/vit-fashion-mnist', container: 'safetensors', recipe: vit('fashion-mnist', 2) },
];

const percent = (share: number | null | undefined) => (share == null ? '–' : `${(100 * share).toFixed(1)} %`);

export async function main(words: readonly string[]): Promise<void> {
  await useWasm();
  const out = words.includes('--out') ? words[words.indexOf('--out') + 1] : 'test-results/demo';
  if (!out) throw new Error('--out needs a folder');
  for (const source of sources) console.log(await make(source, out));
  if (!words.includes('--merge')) return;
  for (const name of ['mlp', 'vit']) console.log(await mergeDemo(name, out));
}

async function make({ path, container, recipe }: DemoSource, out: string): Promise<string> {
  const start = performance.now();
  const trained = await train(recipe);
  const file = checkpointFile(trained, path.split('/').at(-1) ?? path, container);
  const place = join(out, dirname(path), file.name);
  await mkdir(dirname(place), { recursive: true });
  await writeFile(place, wholeFile(file));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { accuracy, images, steps } = trained;
  return `${place}: ${percent(accuracy)} of ${images} held-out images after ${steps} steps, ${seconds} s`;
}

async function train(recipe: ScratchRecipe): Promise<Trained> {
  const training = trainScratch(recipe, await demoImages(recipe.images));
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value;
  }
}

/** The demo's recipe and the plain average, on the checkpoints that were made. */
async function mergeDemo(name: string, out: string): Promise<string> {
  const { recipe, files } = (await readJson(`public/demo/recipes/${name}.json`)) as { recipe: Recipe; files: string[] };
  const workspace = new Workspace();
  for (const path of files) {
    await workspace.add(await openFile(join(path.startsWith('images/') ? 'public/demo' : out, path)));
  }
  const context = await workspace.context(recipe);
  const lines: string[] = [];
  for (const [title, own] of [
    ['plain average', method({ name: 'average' })],
    ['FS-Merge', { ...recipe.method, evaluateEvery: 0 } as Recipe['method']],
  ] as const) {
    const { score } = await merge(context, own);
    const perTask = score.perTask.map(percent).join(' and ');
    lines.push(`${name}, ${title}: ${perTask}, joint ${percent(score.joint)}`);
  }
  return lines.join('\n');
}
